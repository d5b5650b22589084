-- GET with the credentials of $AUTH.
wrk.headers["Authorization"] = os.getenv("AUTH")
