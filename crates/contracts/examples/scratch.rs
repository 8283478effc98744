//! scratch
use ashlar_contracts::{posts::*, users::*};
use ashlar_core::{domain::Domain, asyncapi::Document, openapi::Info, database::Transaction, events::{Handle, Received}, retry::Failure};
struct H;
impl Handle<UserDeleted> for H { async fn handle(&self, _: &Transaction, _: &Received<UserDeleted>) -> Result<(), Failure> { Ok(()) } }
impl Handle<PostCreated> for H { async fn handle(&self, _: &Transaction, _: &Received<PostCreated>) -> Result<(), Failure> { Ok(()) } }
fn main() {
    let domains = vec![
        Domain::new("auth","x").publishes::<UserRegistered>().publishes::<UserUpdated>().publishes::<UserDeleted>(),
        Domain::new("posts","x").publishes::<PostCreated>().publishes::<PostUpdated>().publishes::<PostPublished>().publishes::<PostDeleted>().handles::<UserDeleted>("posts.forget_author", H),
        Domain::new("projects","x").handles::<UserDeleted>("projects.forget_owner", H),
        Domain::new("notifications","x").handles::<PostCreated>("notifications.tell_admins_of_post", H),
    ];
    let info = Info{title:"Ashlar".into(),version:"0.1.0".into(),description:String::new()};
    let d = Document::new(&info, &domains);
    std::fs::write("/tmp/aapi/asyncapi.json", d.to_string()).unwrap();
    std::fs::write("/tmp/aapi/page.html", d.page()).unwrap();
}
