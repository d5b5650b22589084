//! What is answered to changes, and what refusals leave as it was.

use axum::http::{Method, StatusCode};

use crate::node::{Node, RADL, USER};

#[tokio::test]
async fn what_cannot_be_answered_is_not_done() {
    let node = Node::new().await;
    let html = ("Accept", "text/html");
    let created = node
        .send(Method::POST, "/infrastructures", &[USER, html], RADL)
        .await;
    assert_eq!(created.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(
        node.get("/infrastructures").await.text,
        "",
        "nothing was created"
    );

    let inf = node.created().await;
    let path = format!("/infrastructures/{inf}");
    let added = node.send(Method::POST, &path, &[USER, html], RADL).await;
    assert_eq!(added.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let vms = node.get(&path).await.text;
    assert_eq!(vms.lines().count(), 2, "nothing was added: {vms}");
    let machine = format!("{path}/vms/0");
    let before = node.get(&machine).await.text;
    let larger = "system node (cpu.count = 8 and memory.size = 8g)";
    let altered = node
        .send(Method::PUT, &machine, &[USER, html], larger)
        .await;
    assert_eq!(altered.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(node.get(&machine).await.text, before);
}

#[tokio::test]
async fn the_owner_says_so_on_every_answer_about_an_infrastructure_but_errors() {
    let node = Node::new().await;
    let inf = node.created().await;
    let path = format!("/infrastructures/{inf}");
    for about in [
        "",
        "/radl",
        "/state",
        "/contmsg",
        "/data",
        "/authorization",
        "/vms/0",
        "/vms/0/cpu.count",
        "/vms/0/contmsg",
    ] {
        let answer = node.get(&format!("{path}{about}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{about}");
        assert_eq!(answer.headers["infid"], inf, "{about}");
    }
    for (method, about) in [
        (Method::PUT, "/stop"),
        (Method::PUT, "/start"),
        (Method::PUT, "/reconfigure"),
        (Method::PUT, "/vms/0/reboot"),
        (Method::DELETE, "/vms/1"),
    ] {
        let answer = node
            .send(method, &format!("{path}{about}"), &[USER], "")
            .await;
        assert_eq!(
            (answer.status, &answer.headers["infid"]),
            (StatusCode::OK, &inf.parse().unwrap()),
            "{about}"
        );
    }
    for about in ["/outputs", "/vms/7", "/vms/0/nothing", "/whatever"] {
        let answer = node.get(&format!("{path}{about}")).await;
        assert!(
            answer.status.is_client_error() && !answer.headers.contains_key("infid"),
            "{about}"
        );
    }
    let gone = node.send(Method::DELETE, &path, &[USER], "").await;
    assert_eq!(gone.status, StatusCode::OK);
    assert!(
        !gone.headers.contains_key("infid"),
        "nobody owns what is gone"
    );
    let list = node.get("/infrastructures").await;
    assert!(!list.headers.contains_key("infid"));
}

#[tokio::test]
async fn errors_have_the_form_that_is_accepted() {
    let node = Node::new().await;
    let path = "/infrastructures/x/vms/0/%3Cscript%3E";
    let json = node
        .send(
            Method::PUT,
            path,
            &[USER, ("Accept", "text/html, application/json")],
            "",
        )
        .await;
    assert_eq!(json.json()["code"], 400);
    let html = node
        .send(Method::PUT, path, &[USER, ("Accept", "text/html")], "")
        .await;
    assert_eq!(html.kind(), "text/html; charset=utf-8");
    assert!(html.text.contains("&lt;script&gt;") && !html.text.contains("<script>"));
    let text = node.send(Method::PUT, path, &[USER], "").await;
    assert!(
        text.text
            .starts_with("Error in <script> op in VM: 404 Not Found:")
    );
}

#[tokio::test]
async fn credentials_that_do_not_suffice_are_401_where_clients_expect_it() {
    let node = Node::new().await;
    let nobody = ("Authorization", "type = Dummy; id = dummy");
    for (method, path, status) in [
        (Method::GET, "/infrastructures", 401),
        (Method::POST, "/infrastructures", 401),
        (Method::GET, "/clouds/dummy/images", 401),
        (Method::GET, "/infrastructures/x", 400),
        (Method::GET, "/stats", 400),
        (Method::DELETE, "/infrastructures/x", 400),
    ] {
        let answer = node.send(method.clone(), path, &[nobody], "").await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}");
    }
}
