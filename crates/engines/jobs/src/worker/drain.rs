//! For tests: the same work, one job after the other, here and now.

use std::error::Error;

use sea_orm::DbErr;

use super::Worker;

impl Worker {
    /// Runs whatever may begin by the clock, until nothing may. How many attempts it made.
    pub(crate) async fn drain(&self) -> usize {
        let mut attempts = 0;
        loop {
            match self.round(&mut attempts).await {
                Ok(true) => {}
                Ok(false) => return attempts,
                Err(error) => {
                    let error = &error as &(dyn Error + 'static);
                    tracing::error!(error, "drain_broken");
                    return attempts;
                }
            }
        }
    }

    /// Whether it took a job.
    async fn round(&self, attempts: &mut usize) -> Result<bool, DbErr> {
        self.engine.scheduler.tick().await?;
        self.promote_due().await?;
        let mut took = false;
        for queue in self.engine.queues.keys() {
            while let Some(runs) = self.one(queue).await? {
                took = true;
                *attempts += usize::from(runs);
            }
        }
        Ok(took)
    }
}
