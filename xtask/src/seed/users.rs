//! Users: an administrator, people with names, one of them suspended; devices and keys of the one who has everything.

use serde_json::{Value, json};

use super::api::Api;
use crate::error::Result;

/// The administrator.
pub(super) const ADMIN: &str = "admin@example.com";

/// Who has enough of everything to page through it.
pub(super) const BUSY: &str = "grace.mason@example.com";

/// Who may not sign in.
const SUSPENDED: &str = "victor.hale@example.com";

/// Where the busy one is signed in.
const DEVICES: [&str; 3] = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1",
    "curl/8.14.1",
];

/// Their keys, and what each is good for.
const KEYS: [(&str, &[&str]); 3] = [
    ("Nightly export", &["projects:read", "posts:read"]),
    ("Wall display", &["projects:read"]),
    ("Editor", &["posts:read", "posts:write"]),
];

/// Who there is. Those in front own something.
const NAMES: [&str; 60] = [
    "Grace Mason",
    "Ines Carver",
    "Tomas Keller",
    "Amara Okafor",
    "Yuki Tanaka",
    "Leila Haddad",
    "Jonas Lindqvist",
    "Priya Raman",
    "Mateo Alvarez",
    "Nadia Petrova",
    "Owen Price",
    "Chloe Laurent",
    "Victor Hale",
    "Sofia Marin",
    "Kwame Mensah",
    "Hanna Virtanen",
    "Rafael Costa",
    "Mei Lin",
    "Dara Quinn",
    "Elif Demir",
    "Noah Becker",
    "Zofia Nowak",
    "Samir Aziz",
    "Ingrid Dahl",
    "Paolo Ricci",
    "Aisha Bello",
    "Lukas Novak",
    "Marta Silva",
    "Ravi Menon",
    "Freya Jensen",
    "Hugo Moreau",
    "Anika Sharma",
    "Pavel Dvorak",
    "Lucia Romero",
    "Tariq Mansour",
    "Eva Horvath",
    "Diego Fuentes",
    "Maya Levi",
    "Anton Weber",
    "Clara Hughes",
    "Kofi Boateng",
    "Julia Rossi",
    "Sven Berg",
    "Rosa Delgado",
    "Arjun Nair",
    "Helena Kovac",
    "Emil Fischer",
    "Naomi Sato",
    "Bruno Teixeira",
    "Iris Vogel",
    "Femi Adeyemi",
    "Alma Sorensen",
    "Ivan Markov",
    "Nora Walsh",
    "Luca Ferrari",
    "Selma Yilmaz",
    "Peter Blake",
    "Tessa Visser",
    "Omar Farouk",
    "Vera Lang",
];

/// Fills them in.
pub(super) fn fill(api: &Api) -> Result<()> {
    let admin = api.administrator(ADMIN)?;
    let there = admin.list("/api/v1/users")?;
    let is_there = |email: &str| there.iter().any(|user| user["email"] == email);
    for name in NAMES {
        let email = email(name);
        if !is_there(&email) {
            api.register(&email, name)?;
        }
    }
    for user in admin.list("/api/v1/users")? {
        if user["email"] == SUSPENDED && user["status"] == "active" {
            let path = format!("/api/v1/users/{}", text(&user, "id"));
            admin.change(&path, &json!({"status": "suspended"}))?;
        }
    }
    belongings(api)
}

/// The devices and keys of the busy one.
fn belongings(api: &Api) -> Result<()> {
    let busy = api.sign_in(BUSY)?;
    let sessions = busy.list("/api/v1/auth/sessions")?;
    for device in DEVICES {
        if !sessions
            .iter()
            .any(|session| session["user_agent"] == device)
        {
            api.device(BUSY, device)?;
        }
    }
    let keys = KEYS.map(|(name, scopes)| json!({"name": name, "scopes": scopes}));
    let path = "/api/v1/auth/api-keys";
    busy.ensure(path, path, "name", &keys).map(drop)
}

/// The addresses of those who own something.
pub(super) fn owners() -> impl Iterator<Item = String> {
    NAMES[..12].iter().map(|name| email(name))
}

/// A field of a row that is text.
pub(super) fn text<'r>(row: &'r Value, field: &str) -> &'r str {
    row[field].as_str().unwrap_or_default()
}

fn email(name: &str) -> String {
    format!("{}@example.com", name.to_lowercase().replace(' ', "."))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everybody_has_an_address_of_their_own() {
        let addresses: BTreeSet<String> = NAMES.iter().map(|name| email(name)).collect();
        assert_eq!(addresses.len(), NAMES.len());
        assert!(addresses.contains(BUSY) && addresses.contains(SUSPENDED));
        assert!(
            owners().any(|owner| owner == BUSY),
            "who is busy owns something"
        );
        assert!(
            owners().all(|owner| owner != SUSPENDED),
            "who cannot sign in owns nothing"
        );
    }
}
