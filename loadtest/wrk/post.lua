-- POST of the document $DOCUMENT with the credentials of $AUTH.
wrk.method = "POST"
wrk.headers["Authorization"] = os.getenv("AUTH")
wrk.headers["Content-Type"] = "text/plain"
local file = assert(io.open(os.getenv("DOCUMENT")))
wrk.body = file:read("*a")
file:close()
