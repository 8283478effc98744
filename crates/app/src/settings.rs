//! Every crate's settings, read together, so that every problem is told at once.

use ashlar_auth::settings::AuthSettings;
use ashlar_core::settings::{
    AppSettings, DatabaseSettings, Effective, HttpSettings, LogSettings, Problems, Reader,
    SecretKey, Source,
};
use ashlar_events::{EventsSettings, kafka::KafkaSettings};
use ashlar_jobs::JobsSettings;
use ashlar_notifications::NotificationsSettings;
use ashlar_projects::ProjectsSettings;

/// The settings of the assembled system.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What it is called and where it runs.
    pub app: AppSettings,
    /// The server.
    pub http: HttpSettings,
    /// The database.
    pub database: DatabaseSettings,
    /// The log.
    pub log: LogSettings,
    /// What every other secret is derived from.
    pub secret_key: SecretKey,
    /// The relay of events and their handlers.
    pub events: EventsSettings,
    /// The broker, if it is Kafka.
    pub kafka: Option<KafkaSettings>,
    /// The workers that run jobs.
    pub jobs: JobsSettings,
    /// Users and tokens.
    pub auth: AuthSettings,
    /// Projects and tasks.
    pub projects: ProjectsSettings,
    /// Mail.
    pub notifications: NotificationsSettings,
}

impl Settings {
    /// Reads everything from `source`. The settings are of use only when the result is `Ok`.
    ///
    /// # Errors
    ///
    /// Every problem with every variable.
    pub fn read(source: Source) -> Result<(Self, Effective), Problems> {
        let mut reader = Reader::new(source);
        let settings = Self {
            app: AppSettings::read(&mut reader),
            http: HttpSettings::read(&mut reader),
            database: DatabaseSettings::read(&mut reader),
            log: LogSettings::read(&mut reader),
            secret_key: SecretKey::read(&mut reader),
            events: EventsSettings::read(&mut reader),
            kafka: KafkaSettings::read(&mut reader),
            jobs: JobsSettings::read(&mut reader),
            auth: AuthSettings::read(&mut reader),
            projects: ProjectsSettings::read(&mut reader),
            notifications: NotificationsSettings::read(&mut reader),
        };
        Ok((settings, reader.finish()?))
    }
}
