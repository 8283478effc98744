//! The crate's settings.

use std::{fs::File, path::PathBuf, time::Duration};

use ashlar_core::settings::{AppSettings, Environment, HttpSettings, Reader};
use lettre::{Address, message::Mailbox};

use crate::smtp::{Security, SmtpUrl};

const FROM: &str = "Ashlar <no-reply@localhost>";

/// Where mail goes, and what it says.
#[derive(Clone, Debug)]
pub struct NotificationsSettings {
    /// `SMTP_URL`: the mail server. Without one, mail stays in a mailbox in the database;
    /// production must have one.
    pub smtp_url: Option<SmtpUrl>,
    /// `SMTP_CA`: a PEM file with the certificates of those whom the mail server's must come from.
    /// Without one, whom browsers trust.
    pub smtp_ca: Option<PathBuf>,
    /// `SMTP_TIMEOUT`: how long the mail server may take for one mail. Default: 60 s.
    pub smtp_timeout: Duration,
    /// `NOTIFICATIONS_FROM`: whom mail is from. Default: `Ashlar <no-reply@localhost>`.
    pub from: Mailbox,
    /// `NOTIFICATIONS_ADMIN_EMAILS`: the addresses of those who hear of new posts. Default:
    /// `admin@localhost`, in production nobody.
    pub admins: Vec<String>,
    /// `APP_NAME`: what mail calls the product.
    pub app: String,
    /// `FRONTEND_URL`: where links lead, without a slash at the end.
    pub site: String,
}

impl NotificationsSettings {
    /// Reads them.
    pub fn read(reader: &mut Reader) -> Self {
        let app = AppSettings::read(reader).name;
        let site = HttpSettings::read(reader).frontend_url;
        reader.section("Notifications");
        Self {
            smtp_url: smtp_url(reader),
            smtp_ca: reader
                .var(
                    "SMTP_CA",
                    "PEM file with whom the mail server's certificate must come from",
                )
                .check(is_readable)
                .optional(),
            smtp_timeout: reader
                .seconds(
                    "SMTP_TIMEOUT",
                    "Seconds that the mail server may take for a mail",
                )
                .range(Duration::from_millis(100)..=Duration::from_secs(240))
                .default(Duration::from_secs(60)),
            from: from(reader),
            admins: admins(reader),
            app,
            site,
        }
    }
}

/// A password is not sent where others can read it, but for within this machine.
fn smtp_url(reader: &mut Reader) -> Option<SmtpUrl> {
    let sentence = "Mail server, as smtps://user:password@host; else mail stays in /dev/mailbox";
    let url: Option<SmtpUrl> = reader
        .var("SMTP_URL", sentence)
        .required_in(Environment::Production)
        .optional();
    let is_open = |url: &&SmtpUrl| url.security() == Security::None && !url.is_local();
    if let Some(url) = url.as_ref().filter(is_open) {
        if url.has_password() {
            reader.problem("SMTP_URL", "must not send a password with tls=none");
        } else {
            reader.warning("SMTP_URL", "has mail sent where others can read it");
        }
    }
    url
}

fn from(reader: &mut Reader) -> Mailbox {
    let sentence = "Whom mail is from, as Name <address>";
    let is_mailbox = |text: &String| match text.parse::<Mailbox>() {
        Ok(_) => Ok(()),
        Err(_) => Err("must be a name and an address, as Ashlar <mail@example.com>".to_owned()),
    };
    let text = reader
        .var("NOTIFICATIONS_FROM", sentence)
        .check(is_mailbox)
        .default(FROM.to_owned());
    if text == FROM && reader.environment() == Environment::Production {
        let message = "is at localhost, from where other mail servers take nothing";
        reader.warning("NOTIFICATIONS_FROM", message);
    }
    // The value was checked; after a problem it is the default.
    text.parse()
        .unwrap_or_else(|_| Mailbox::new(None, Address::new_dangerous("no-reply", "localhost")))
}

fn admins(reader: &mut Reader) -> Vec<String> {
    let default = match reader.environment() {
        Environment::Development | Environment::Test => vec!["admin@localhost".to_owned()],
        Environment::Production => Vec::new(),
    };
    let sentence = "Addresses of those who hear of new posts, with commas in between";
    let are_addresses = |list: &Vec<String>| {
        let is_address = |text: &String| text.parse::<Address>().is_ok();
        match list.iter().all(is_address) {
            true => Ok(()),
            false => Err("must list addresses, as ada@example.com".to_owned()),
        }
    };
    let admins: Vec<String> = reader
        .var("NOTIFICATIONS_ADMIN_EMAILS", sentence)
        .check(are_addresses)
        .default_as("admin@localhost, in production nobody", default);
    if admins.is_empty() {
        let message = "names nobody: no admin hears of new posts";
        reader.warning("NOTIFICATIONS_ADMIN_EMAILS", message);
    }
    admins
}

fn is_readable(path: &PathBuf) -> Result<(), String> {
    match File::open(path) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("must be a file that can be read ({error})")),
    }
}
