//! What works beside the requests: the relay of events, their handlers, and jobs.

use std::{error::Error, sync::Arc};

use ashlar_core::{clock::Clock, database::Database, domain::Domain, health::Component};
use ashlar_events::{Broker, BrokerHealth, Events, Groups, InProcess, kafka::Kafka};
use ashlar_jobs::Jobs;
use tokio::sync::watch;

use crate::{compose::ComposeError, settings::Settings};

/// The engines, and what they work on.
pub struct Workers {
    /// The relay, and what could not be handled.
    pub events: Events,
    /// The workers that run jobs.
    pub jobs: Jobs,
    broker: Arc<dyn Broker>,
    kafka: Option<(Arc<Kafka>, Groups)>,
}

impl Workers {
    pub(crate) fn new(
        settings: &Settings,
        database: &Database,
        clock: &Clock,
        domains: &[Domain],
    ) -> Result<Self, ComposeError> {
        let groups = Groups::new(database.clone(), clock.clone(), domains)?;
        let kafka = match &settings.kafka {
            Some(kafka) => Some(Arc::new(Kafka::new(kafka.clone())?)),
            None => None,
        };
        let broker: Arc<dyn Broker> = match &kafka {
            Some(kafka) => Arc::clone(kafka) as Arc<dyn Broker>,
            None => Arc::new(InProcess::new(groups.clone())),
        };
        let events = Events::new(
            database.clone(),
            clock.clone(),
            domains,
            &settings.events,
            Arc::clone(&broker),
        )?;
        let jobs = Jobs::new(database.clone(), clock.clone(), domains, &settings.jobs)?;
        Ok(Self {
            events,
            jobs,
            broker,
            kafka: kafka.map(|kafka| (kafka, groups)),
        })
    }

    /// Whether the broker takes events: without it requests go on, and events wait.
    pub(crate) fn broker_health(&self) -> Arc<dyn Component> {
        Arc::new(BrokerHealth::new(Arc::clone(&self.broker)))
    }

    /// Works until `stopped` turns true, and ends what is under way.
    pub(crate) async fn run(self, stopped: watch::Receiver<bool>) {
        let stop = || {
            let mut stopped = stopped.clone();
            async move {
                // Whoever could say so is gone: that is a stop too.
                let _ = stopped.wait_for(|stopped| *stopped).await;
            }
        };
        let consume = async {
            let Some((kafka, groups)) = &self.kafka else {
                return;
            };
            if let Err(error) = kafka.consume(groups, stop()).await {
                let error = &error as &(dyn Error + 'static);
                tracing::error!(error, "events_not_consumed");
            }
        };
        tokio::join!(self.events.run(stop()), self.jobs.run(stop()), consume);
    }
}
