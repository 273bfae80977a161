//! `demo`: the whole life of made-up jobs on a fake server in this process.
//!
//! A face is detected, swaps are submitted, one answer is lost and its job found by its webhook; then all are waited
//! for, saved and shown as by `wait`. [`callbacks`] receives the webhooks.

mod callbacks;

use std::{
    fs, io,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

use akool_faceswap::{
    Client, Error, Face, ResultId, ResultIds, submit::SubmitToken, wait::PollPolicy,
};
use akool_faceswap_mock::{Answer, FakeAkool};

use self::callbacks::Callbacks;
use crate::{
    args::DemoArgs,
    connection::Connection,
    downloads::Downloads,
    exit::Exit,
    fake::{self, Life, Lives},
    gallery::{Gallery, Medium},
    interrupt::Interrupt,
    output::{Reader, Stdout, shown_path, tell, write_table},
    problem::Problem,
    runtime,
    verbosity::Verbosity,
    wait::{Display, Follower, Format, Tally},
};

/// When the last job has settled; long enough to watch, and short enough to watch twice.
const SETTLED_WITHIN: Duration = Duration::from_secs(9);

/// How long the job that is never found may be missing; the default of `wait` is two minutes.
const MISSING_GRACE: Duration = Duration::from_secs(6);

/// No job should take longer.
const TIMEOUT: Duration = Duration::from_secs(16);

/// A webhook comes within milliseconds.
const CALLBACK_TIMEOUT: Duration = Duration::from_secs(5);

/// The time between two lines of progress without a terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(1);

/// The name of the new face's picture.
const ME: &str = "me";

/// Runs the command.
pub(crate) fn run(args: &DemoArgs, verbosity: Verbosity) -> Result<Exit, Problem> {
    let fake = FakeAkool::builder()
        .seed(args.seed)
        .start()
        .map_err(|error| fake::cannot_start(&error))?;
    let client = Client::builder()
        .base_url(fake.url())
        .api_key(fake.api_key())
        .build()
        .map_err(|error| unasked(&error))?;
    let dir = directory(args).map_err(|error| {
        Problem::failure(
            format!("cannot create the directory for the results: {error}"),
            "name a writable directory: --dir DIR",
        )
    })?;
    let gallery = Gallery::of(&args.gallery)?;
    let opening = format!(
        "A fake AKOOL server runs in this process: no key, no network, no credits.\n\
         Results go to {}\n",
        shown_path(&dir)
    );
    if Stdout::lock().emit_styled(|out| writeln!(out, "{opening}"))? == Reader::Gone {
        return Ok(Exit::Complete);
    }
    let connection = Connection::of_client(client);
    let downloads = Downloads::save_in(&dir, &connection.client)?;
    let interrupt = Interrupt::watch()?;
    runtime::start()?.block_on(async {
        let pictures = tempfile::tempdir().map_err(|error| no_pictures(&error))?;
        let mut demo = Demo {
            fake: &fake,
            client: &connection.client,
            pictures: pictures.path().to_owned(),
            gallery,
        };
        let ids = demo.submit(args).await?;
        let gallery = demo.gallery.take();
        let follower = Follower {
            connection: &connection,
            verbosity,
            format: Format::Silent,
            file: None,
            tally: Tally::default(),
            downloads: Some(downloads),
            display: Display::of_process(BETWEEN_LINES),
            interrupt,
            gallery,
        };
        demo.wait(ids, follower).await
    })
}

/// What the parts of the story share.
struct Demo<'a> {
    fake: &'a FakeAkool,
    client: &'a Client,
    /// The originals, for the gallery.
    pictures: PathBuf,
    gallery: Option<Gallery>,
}

impl Demo<'_> {
    /// Detects a face and submits the swaps.
    async fn submit(&mut self, args: &DemoArgs) -> Result<ResultIds, Problem> {
        let callbacks = Callbacks::receive(self.fake, self.client).await?;
        let photo = self.client.detect(self.fake.picture_url(ME)).await;
        let photo = photo.map_err(|error| unasked(&error))?;
        let me = photo
            .require_one()
            .map_err(|error| Problem::failure(error.to_string(), "try another --seed"))?;
        say("detect", "found one face in the picture of the new face")?;
        let before = self.credit().await?;
        let mut ids = Vec::with_capacity(args.jobs);
        // The answer to one in the middle is lost after its job was created.
        let lost_at = args.jobs / 2;
        let mut lost = None;
        for (n, life) in Lives::new(args.seed, SETTLED_WITHIN)
            .take(args.jobs)
            .enumerate()
        {
            if n == lost_at {
                self.fake
                    .push_answer(Answer::hang_up().after_handling().on_submits());
            }
            match self.submit_one(n, life, &me, &callbacks).await? {
                Submitted::Accepted(id) => ids.push(id),
                Submitted::Unknown(token) => lost = Some((n, token)),
            }
        }
        let accepted = ids.len();
        say("submit", &format!("{accepted} swaps were accepted"))?;
        if let Some((n, token)) = lost {
            say(
                "submit",
                "the answer to one was lost: it may be paid for, so it is not sent again",
            )?;
            let found = tokio::time::timeout(CALLBACK_TIMEOUT, callbacks.job_of(&token)).await;
            let id = found.map_err(|_| {
                Problem::failure(
                    "no webhook came for the swap whose answer was lost",
                    "allow this program to listen on 127.0.0.1",
                )
            })?;
            say("webhook", &format!("brought the id of its job: {id}"))?;
            self.show(&id, n)?;
            ids.push(id);
        }
        let jobs = self.fake.jobs_created();
        let after = self.credit().await?;
        say(
            "credit",
            &format!("{before} before, {after} now: {jobs} jobs, none bought twice"),
        )?;
        // As if somebody had deleted it.
        if let Some(first) = ids.first() {
            let _ = self.fake.remove_job(first.as_str());
        }
        // Too many requests, for a moment.
        self.fake
            .push_answer(Answer::business(1005).every(6).times(2).on_lookups());
        let ids = ResultIds::parse_all(ids.iter().map(ResultId::as_str));
        ids.map_err(|error| Problem::failure(error.to_string(), "try another --seed"))
    }

    async fn submit_one(
        &mut self,
        n: usize,
        life: Life,
        me: &Face,
        callbacks: &Arc<Callbacks>,
    ) -> Result<Submitted, Problem> {
        let original = if life.is_video {
            format!("https://example.com/film-{n}.mp4")
        } else {
            self.fake.picture_url(&n.to_string())
        };
        self.fake.set_submitted_job(life.job);
        let swap = self.client.swap().original(original).new_face(me);
        let sent = swap.callback(callbacks.url()).submit().await;
        match sent {
            Ok(job) => {
                self.show(job.id(), n)?;
                Ok(Submitted::Accepted(job.id().clone()))
            }
            Err(error) => match (error.may_be_billed(), error.token()) {
                (true, Some(token)) => Ok(Submitted::Unknown(token.clone())),
                _ => Err(Problem::failure(error.to_string(), error.advice())),
            },
        }
    }

    /// Puts a swap into the gallery, with the pictures that it was made of.
    fn show(&mut self, id: &ResultId, n: usize) -> Result<(), Problem> {
        let Some(gallery) = &mut self.gallery else {
            return Ok(());
        };
        let file = |name: &str| -> io::Result<Medium> {
            let path = self.pictures.join(format!("{name}.png"));
            fs::write(&path, self.fake.picture(name))?;
            Ok(Medium::in_file(path))
        };
        let media = file(&n.to_string()).and_then(|original| Ok((original, file(ME)?)));
        let (original, new) = media.map_err(|error| no_pictures(&error))?;
        gallery.expect(id, original, new);
        Ok(())
    }

    async fn credit(&self) -> Result<String, Problem> {
        let credit = self.client.credit().await;
        let credit = credit.map_err(|error| unasked(&error))?;
        Ok(credit.to_string())
    }

    async fn wait(&self, ids: ResultIds, follower: Follower<'_>) -> Result<Exit, Problem> {
        say(
            "wait",
            &format!(
                "for {} jobs: a webhook says that there is news, and a lookup says what\n",
                ids.len()
            ),
        )?;
        let requests = self.fake.request_count();
        let schedule = PollPolicy::new()
            .min_interval(Duration::from_millis(300))
            .max_interval(Duration::from_secs(1));
        let ended = self
            .client
            .wait_each(&ids)
            .poll_policy(schedule)
            .missing_grace(MISSING_GRACE)
            .timeout(TIMEOUT)
            .start();
        match follower.follow(ended).await? {
            Exit::Complete | Exit::Incomplete => {}
            early => return Ok(early),
        }
        let lookups = self.fake.request_count() - requests;
        let webhooks = self.fake.webhook_deliveries().len();
        let results = self.client.lookup(&ids).await;
        let results = results.map_err(|error| unasked(&error))?;
        let mut stdout = Stdout::lock();
        let width = stdout.width();
        let _ = stdout.emit_styled(|out| {
            writeln!(out, "\nWhat `akool-faceswap results` shows about them:\n")?;
            write_table(out, results.iter(), SystemTime::now(), width)
        })?;
        tell(|out| {
            writeln!(
                out,
                "\nIt took {lookups} lookups and {webhooks} webhooks to follow {} jobs to the end. The \
                 links lead to the\nfake server, which ends now; the files stay.\n\n\
                 For your own swaps: set AKOOL_API_KEY, then\n  \
                 akool-faceswap swap --original URL --new me.jpg --tickets jobs.jsonl --download DIR",
                ids.len()
            )
        });
        Ok(Exit::Complete)
    }
}

/// The outcome of one submit.
enum Submitted {
    Accepted(ResultId),
    /// A job may exist.
    Unknown(SubmitToken),
}

/// One line of the story.
fn say(part: &str, what: &str) -> Result<(), Problem> {
    // The demo continues even if nobody reads its output any more.
    let _ = Stdout::lock().emit_styled(|out| writeln!(out, "{part:<8} {what}"))?;
    Ok(())
}

/// The named directory, or a new temporary one.
fn directory(args: &DemoArgs) -> io::Result<PathBuf> {
    if let Some(dir) = &args.dir {
        fs::create_dir_all(dir)?;
        return Ok(dir.clone());
    }
    let dir = tempfile::Builder::new()
        .prefix("akool-faceswap-demo-")
        .tempdir()?;
    Ok(dir.keep())
}

fn no_pictures(error: &io::Error) -> Problem {
    Problem::failure(
        format!("cannot write the pictures of the gallery: {error}"),
        "set TMPDIR to a writable directory",
    )
}

fn unasked(error: &Error) -> Problem {
    Problem::failure(
        format!("the fake server could not be reached: {}", error.message()),
        "if a proxy is set (HTTP_PROXY), exclude this machine: NO_PROXY=127.0.0.1",
    )
}
