//! `ashlar user`.

use std::io::{self, IsTerminal};

use ashlar_auth::model::{DisplayName, Email, NewPassword};
use ashlar_core::{
    client::{Client, ClientSettings},
    clock::Clock,
    secret::Secret,
};
use clap::Subcommand;

use super::{Outcome, block_on, print};
use crate::{compose, database, settings::Settings};

#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Create an administrator: the first one cannot be made over HTTP.
    CreateAdmin {
        /// The e-mail address to sign in with.
        #[arg(long)]
        email: Email,
        /// The name that others see.
        #[arg(long, default_value = "Administrator")]
        display_name: DisplayName,
        /// Take the password from the first line of stdin: do not ask.
        #[arg(long)]
        password_stdin: bool,
    },
}

impl User {
    pub(super) fn run(self, settings: &Settings) -> Outcome {
        let Self::CreateAdmin {
            email,
            display_name,
            password_stdin,
        } = self;
        let password = NewPassword::try_from(password(password_stdin)?)
            .map_err(|error| format!("the password {error}"))?;
        block_on(async {
            let database = database::open(&settings.database).await?;
            let clock = Clock::system();
            let client = Client::new(&ClientSettings::default(), clock.clone())?;
            let auth = compose::auth(settings, &database, &clock, &client);
            let admin = auth
                .users()
                .create_admin(email, display_name, password)
                .await?;
            print(&format!("created administrator {admin}\n"))?;
            Ok(database.close().await?)
        })
    }
}

fn password(from_stdin: bool) -> io::Result<Secret> {
    if from_stdin || !io::stdin().is_terminal() {
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        return Ok(Secret::from(line.trim_end_matches(['\r', '\n'])));
    }
    let password = rpassword::prompt_password("Password: ")?;
    let again = rpassword::prompt_password("Once more: ")?;
    if password != again {
        return Err(io::Error::other("the two passwords differ"));
    }
    Ok(Secret::from(password))
}
