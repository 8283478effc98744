//! Does by hand what the relay and the workers do, one step at a time.

use ashlar_core::{
    context::{self, RequestContext},
    domain::Domain,
    events::{Event, EventId, Incoming},
    ids::Id,
    jobs::{
        Run,
        table::{ActiveModel, Column, Entity, Model, State},
    },
    retry::{Again, Failure},
};
use ashlar_notifications::Notifications;
use ashlar_testkit::World;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder,
};

/// Hands `event` to whom it concerns.
pub(crate) async fn publish<E: Event>(world: &World, notifications: &Notifications, event: &E) {
    deliver(world, notifications, EventId::new(), event).await;
}

/// Hands `event` to whom it concerns, as it arrives under `id`.
pub(crate) async fn deliver<E: Event>(
    world: &World,
    notifications: &Notifications,
    id: EventId,
    event: &E,
) {
    let incoming = Incoming {
        id,
        name: E::NAME.into(),
        version: E::VERSION,
        key: event.key(),
        payload: serde_json::to_string(event).expect("it is JSON").into(),
        occurred_at: world.now(),
        request_id: None,
        traceparent: None,
    };
    let domain = domain(notifications);
    let handlers: Vec<_> = (domain.handlers().iter())
        .filter(|handler| handler.reads(&incoming))
        .collect();
    assert!(!handlers.is_empty(), "nobody reads {}", E::NAME);
    for handler in handlers {
        let transaction = world.database().begin().await.expect("a transaction");
        let handled = handler.call(&transaction, &incoming).await;
        handled.expect("the event is handled");
        transaction.commit().await.expect("it is committed");
    }
}

/// Does every job that waits, once; answers what came of each.
pub(crate) async fn perform(
    world: &World,
    notifications: &Notifications,
) -> Vec<Result<(), Failure>> {
    let mut outcomes = Vec::new();
    for job in jobs(world, State::Pending).await {
        outcomes.push(attempt(world, notifications, job).await);
    }
    outcomes
}

/// The jobs in this state, in the order in which they were enqueued.
pub(crate) async fn jobs(world: &World, state: State) -> Vec<Model> {
    Entity::find()
        .filter(Column::State.eq(state))
        .order_by_asc(Column::Id)
        .all(world.database().connection())
        .await
        .expect("the jobs")
}

/// One attempt at a job, as a worker makes it.
pub(crate) async fn attempt(
    world: &World,
    notifications: &Notifications,
    job: Model,
) -> Result<(), Failure> {
    let fence = job.fence + 1;
    let version = u16::try_from(job.version).expect("a version");
    let mut running: ActiveModel = job.clone().into_active_model();
    running.state = Set(State::Running);
    running.fence = Set(fence);
    update(world, running).await;

    let (run, _control) = Run::new(job.id, 1, false, fence);
    let domain = domain(notifications);
    let performer = &domain.performers()[0];
    assert_eq!(performer.name(), job.name);
    let context = RequestContext::new(Id::<()>::new().to_string(), "JOB", performer.name());
    let outcome = context::scope(context, performer.call(version, &job.payload, &run)).await;

    if !run.is_completed() {
        let mut over = ActiveModel {
            id: Set(job.id),
            ..Default::default()
        };
        over.state = Set(match &outcome {
            Ok(()) => State::Completed,
            Err(failure) if failure.again() == Again::No => State::Failed,
            Err(_) => State::Pending,
        });
        update(world, over).await;
    }
    outcome
}

async fn update(world: &World, row: ActiveModel) {
    let database = world.database();
    row.update(database.connection())
        .await
        .expect("the job is there");
}

fn domain(notifications: &Notifications) -> Domain {
    ashlar_notifications::domain(notifications.clone())
}
