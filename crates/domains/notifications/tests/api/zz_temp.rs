//! Temporary.
use crate::{notifications, post, registered, serve, work};
use ashlar_testkit::{World, on_each_database};
on_each_database! {
    async fn temp_page(world: World) {
        let notifications = notifications(&world, &[]);
        let app = serve(&world, &notifications).await;
        work::publish(&world, &notifications, &post("Draft", false)).await;
        work::publish(&world, &notifications, &registered("eve@example.org", "<img src=x onerror=alert(1)>\" onload=\"")).await;
        work::publish(&world, &notifications, &post("On the Analytical Engine & its looms", true)).await;
        work::perform(&world, &notifications).await;
        work::publish(&world, &notifications, &registered("ada@example.org", "Ada Lovelace")).await;
        world.turn_clock(std::time::Duration::from_secs(3));
        work::perform(&world, &notifications).await;
        let page = app.anonymous().get("/dev/mailbox").send().await;
        std::fs::write("/tmp/p3_mailbox.html", page.text()).expect("w");
        std::fs::write("/tmp/p3_mailbox.csp", page.header("content-security-policy").expect("csp")).expect("w");
    }
}
