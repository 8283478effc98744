//! The use cases, each to be read from top to bottom.

mod account;

use std::{error::Error, fmt, sync::Arc};

use ashlar_contracts::{posts, users::UserRegistered};
use ashlar_core::{
    clock::Clock,
    database::{Database, Transaction},
    events::{EventId, Received},
    jobs::{Enqueue, Lost, Run},
    retry::Failure,
};
use lettre::message::Mailbox;
use sea_orm::DbErr;

use crate::{
    entity::Model,
    error::{MailboxError, NotificationsError},
    jobs::SendMail,
    letter::{Letter, PostCreated, Welcome},
    message::message,
    model::{Recipient, one_line},
    ports::Links,
    repository,
    schemas::MailResponse,
    settings::NotificationsSettings,
    smtp::Smtp,
    templates::{Content, Templates},
};

/// How many mails the mailbox shows.
const SHOWN: u64 = 100;

/// How many mails the mailbox keeps.
const KEPT: u64 = 1_000;

/// Mail: what happened, told to whom it concerns. Cheap to clone.
#[derive(Clone)]
pub struct Notifications {
    db: Database,
    clock: Clock,
    templates: Arc<Templates>,
    from: Mailbox,
    admins: Arc<[String]>,
    links: Arc<dyn Links>,
    /// Without a mail server, mail stays in the mailbox.
    smtp: Option<Smtp>,
}

impl Notifications {
    /// The service. Reads the file of certificates if there is one; connects to no server yet.
    ///
    /// # Errors
    ///
    /// When that file cannot be used, or there is no thread to be had.
    pub fn new(
        db: Database,
        clock: Clock,
        settings: &NotificationsSettings,
        links: Arc<dyn Links>,
    ) -> Result<Self, NotificationsError> {
        let smtp = Smtp::new(settings)?;
        Ok(Self {
            db,
            clock,
            templates: Arc::new(Templates::new(&settings.app, &settings.site)),
            from: settings.from.clone(),
            admins: settings.admins.clone().into(),
            links,
            smtp,
        })
    }

    /// Whether mail stays in the mailbox.
    pub(crate) fn keeps_mail(&self) -> bool {
        self.smtp.is_none()
    }

    /// Welcomes a user who has registered.
    pub(crate) async fn welcome(
        &self,
        transaction: &Transaction,
        registered: &Received<UserRegistered>,
    ) -> Result<(), DbErr> {
        let user = &registered.event;
        let to = Recipient::named(&user.email, &user.display_name);
        let letter = Letter::Welcome(Welcome {
            name: to.name.clone(),
            token_id: user.token_id,
        });
        let mail = SendMail { to, letter };
        self.enqueue(transaction, registered.id, 0, &mail).await
    }

    /// Tells each admin of a new post: of a draft no more than that there is one.
    pub(crate) async fn tell_admins(
        &self,
        transaction: &Transaction,
        created: &Received<posts::PostCreated>,
    ) -> Result<(), DbErr> {
        let post = &created.event;
        let letter = Letter::PostCreated(PostCreated {
            post_id: post.post_id.as_uuid(),
            author_id: post.author_id.as_uuid(),
            title: post.published.then(|| one_line(&post.title)),
        });
        for (number, admin) in self.admins.iter().enumerate() {
            let mail = SendMail {
                to: Recipient::unnamed(admin),
                letter: letter.clone(),
            };
            self.enqueue(transaction, created.id, number, &mail).await?;
        }
        Ok(())
    }

    /// One mail for each event and recipient, while it waits: an event is handled once anyway. The
    /// key has the recipient's number, since lists of jobs show it: an address is nobody's business.
    pub(crate) async fn enqueue(
        &self,
        transaction: &Transaction,
        event: EventId,
        recipient: usize,
        mail: &SendMail,
    ) -> Result<(), DbErr> {
        Enqueue::new(mail)
            .unique(format!("{event} {recipient}"))
            .within(transaction, self.clock.now())
            .await?;
        Ok(())
    }

    /// Sends a mail: to the mail server, or else to the mailbox. A link is made now, and is nowhere
    /// but in the mail; when it would lead nowhere any more, there is no mail.
    pub(crate) async fn send(&self, mail: SendMail, run: &Run) -> Result<(), Failure> {
        let link = match mail.letter.link() {
            Some((kind, token_id)) => self.links.link(kind, token_id).await?,
            None => None,
        };
        if link.is_none() && !mail.letter.stands_alone() {
            let template = mail.letter.template().name;
            tracing::info!(job_id = %run.id(), template, "mail_obsolete");
            return Ok(());
        }
        let content = self
            .templates
            .write(&mail.letter, link.as_ref())
            .map_err(Failure::permanent)?;
        match &self.smtp {
            Some(smtp) => self.post(smtp, &mail.to, content, run).await?,
            None => self.keep(&mail.to, content, run).await?,
        }
        tracing::info!(
            job_id = %run.id(),
            template = mail.letter.template().name,
            to = mail.to.masked(),
            "mail_sent"
        );
        Ok(())
    }

    /// What the server refuses for good is not sent again.
    async fn post(
        &self,
        smtp: &Smtp,
        to: &Recipient,
        content: Content,
        run: &Run,
    ) -> Result<(), Failure> {
        let message = message(run.id(), &self.from, to, content, self.clock.now())
            .map_err(Failure::permanent)?;
        match smtp.send(message).await {
            Err(error) if error.is_refusal() => {
                tracing::warn!(
                    job_id = %run.id(),
                    to = to.masked(),
                    error = &error as &(dyn Error + 'static),
                    "mail_refused"
                );
                Err(Failure::permanent(error))
            }
            outcome => Ok(outcome?),
        }
    }

    /// The mail and the end of its job are one transaction: it is there once.
    async fn keep(&self, to: &Recipient, content: Content, run: &Run) -> Result<(), Lost> {
        let now = self.clock.now();
        let mail = Model {
            id: run.id(),
            recipient: to.address.clone(),
            subject: content.subject,
            text: content.text,
            html: content.html,
            sent_at: now,
        };
        self.db
            .transaction(async |transaction| {
                repository::insert(transaction, mail.clone()).await?;
                repository::prune(transaction, KEPT).await?;
                run.complete(transaction, now).await
            })
            .await
    }

    /// The newest mails in the mailbox, the newest first.
    pub(crate) async fn mailbox(&self) -> Result<Vec<MailResponse>, MailboxError> {
        let mails = repository::newest(self.db.connection(), SHOWN).await?;
        Ok(mails.into_iter().map(MailResponse::from).collect())
    }

    /// The same as a page.
    pub(crate) async fn mailbox_page(&self) -> Result<String, MailboxError> {
        let mails = self.mailbox().await?;
        Ok(self.templates.mailbox(&mails)?)
    }
}

impl fmt::Debug for Notifications {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notifications")
            .field("keeps_mail", &self.keeps_mail())
            .finish_non_exhaustive()
    }
}
