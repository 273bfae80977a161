//! What changes of fields do to users of the SDK.
//!
//! The SDK decodes an answer into the generated type; where that fails, it takes the salvage
//! path, row by row and field by field. Fields that the SDK lives on have sentences of their own.

use super::reach::Use;
use super::spot::Spot;
use super::verdict::Verdict;

/// A field is gone from what is sent or received like `usage`, which is the field's own.
pub(super) fn field_removed(usage: Use) -> Verdict {
    let received = Verdict::breaking(match usage.spot {
        Some(Spot::Id) => {
            "No answer can be matched with what was asked: every id comes back as missing."
        }
        Some(Spot::Status) => {
            "No job is ever seen to finish: waits run into their deadline, and \
             `Job::result_url()` is `None` for every job, since it is told at Success only."
        }
        Some(Spot::Url) => {
            "`Job::result_url()` is `None` for every job, finished or not: there is nothing to \
             download."
        }
        Some(Spot::CreatedAt) => {
            "The creation time of a job is no longer told, and with it its expiry (creation + 7 \
             days): both are absent, or as good as what the id itself tells."
        }
        Some(Spot::Code) => {
            "Every answer is an error: `code` 1000 alone means success, and it is not there."
        }
        Some(Spot::Message) => {
            "The generated type demands `msg`, so every answer goes through the slower salvage \
             path, and errors no longer carry the vendor's own words."
        }
        Some(Spot::Data | Spot::Results) => {
            "Every answer reads as one without jobs: every id comes back as missing."
        }
        _ => {
            "Reads as absent from now on: code that uses it finds nothing. The other fields \
             arrive as before."
        }
    });
    let sent = Verdict::breaking(
        "What the SDK sends here is no longer read, or the request is refused: calls that use it \
         do less than they say, or fail.",
    );
    usage.judge(sent, received)
}

/// A field is new in what is sent or received like `usage`.
pub(super) fn field_added(usage: Use, required: bool) -> Verdict {
    let sent = if required {
        Verdict::breaking(
            "Requests of the SDK do not carry it: they are refused until a release sends it.",
        )
    } else {
        Verdict::compatible("The SDK does not send it, and need not.")
    };
    let received = Verdict::compatible(
        "Released versions keep it among a job's unknown fields, or pass over it; a regenerated \
         raw client has it as a field of its own.",
    );
    usage.judge(sent, received)
}

/// The type or another keyword that decides the generated type is not what it was.
pub(super) fn retyped(usage: Use) -> Verdict {
    let received = Verdict::breaking(match usage.spot {
        Some(Spot::Id) => {
            "No answer can be matched with what was asked if ids are not the text they were: \
             every id comes back as missing."
        }
        Some(Spot::Status) => {
            "The generated type no longer decodes the answer: every row goes through the slower \
             salvage path, and a status that it cannot read leaves its job unfinished for ever."
        }
        Some(Spot::Url) => {
            "The generated type no longer decodes the answer: every row goes through the slower \
             salvage path, and `Job::result_url()` is `None` where the value is no text."
        }
        Some(Spot::CreatedAt) => {
            "A value that does not read as an RFC 3339 date is absent: creation time and expiry \
             of the job are not told. Anything but text sends every row through the slower \
             salvage path."
        }
        Some(Spot::Code) => {
            "Every answer fails the generated type, and one whose `code` does not read as 1000 is \
             an error: lookups fail."
        }
        Some(Spot::Message) => {
            "Every answer goes through the slower salvage path, and errors no longer carry the \
             vendor's own words."
        }
        Some(Spot::Data | Spot::Results | Spot::Row | Spot::Envelope) => {
            "The generated type no longer decodes the answer; where the salvage path finds no \
             jobs in the new shape either, every id comes back as missing."
        }
        _ => {
            "The generated type no longer decodes the answer: every row goes through the slower \
             salvage path, where this field reads as absent, with a note on the row."
        }
    });
    let sent = Verdict::breaking(match usage.spot {
        Some(Spot::IdsParameter) => {
            "Every lookup sends its ids in the old form, as text: expect each to be refused."
        }
        _ => "The SDK goes on sending the old form: expect those requests to be refused.",
    });
    usage.judge(sent, received)
}

/// The form of a text or number (`format`) is told, told differently, or no longer told.
pub(super) fn reformatted(usage: Use, was: bool, is: bool) -> Verdict {
    let sent = if is {
        Verdict::breaking(
            "Values that were accepted until now may be refused: the SDK does not know the new \
             form.",
        )
    } else {
        Verdict::compatible("More values are accepted than before; what the SDK sends still is.")
    };
    let received = if was {
        retyped(Use {
            sent: false,
            received: true,
            ..usage
        })
    } else {
        Verdict::person(
            "Released versions read it as before. Regeneration makes a stricter type of it, which \
             fails a whole answer for one odd value: decide whether the overlay has to take the \
             format away again.",
        )
    };
    usage.judge(sent, received)
}

/// A field that had to be there may be left out now.
pub(super) fn may_be_absent(usage: Use) -> Verdict {
    let sent = Verdict::compatible("It may be left out now; what the SDK sends is still accepted.");
    let received = Verdict::breaking(match usage.spot {
        Some(Spot::Code) => {
            "An answer without `code` is an error: `code` 1000 alone means success."
        }
        Some(Spot::Message) => {
            "The generated type demands `msg`: an answer without it goes through the slower \
             salvage path, and an error without it lacks the vendor's own words."
        }
        _ => {
            "The generated type demands it: an answer without it goes through the slower salvage \
             path, where the field reads as absent."
        }
    });
    usage.judge(sent, received)
}

/// A field that may be left out has to be there now.
pub(super) fn must_be_there(usage: Use) -> Verdict {
    let sent = Verdict::breaking(
        "Requests that leave it out, as the SDK may, are refused until a release sends it always.",
    );
    let received = Verdict::compatible(
        "Released versions read it as before. A regenerated raw client demands it: one answer \
         without it, against the vendor's word, then takes the slower salvage path.",
    );
    usage.judge(sent, received)
}

/// `null` became a value like any other.
pub(super) fn may_be_null(usage: Use) -> Verdict {
    let sent = Verdict::compatible("`null` is accepted now; what the SDK sends still is.");
    let received = match usage.spot {
        Some(Spot::Row) => Verdict::breaking(
            "A row that is `null` fails the generated type: the answer goes through the slower \
             salvage path, and the row's id comes back as missing.",
        ),
        Some(Spot::Results) => {
            Verdict::compatible("The overlay allows it already: `null` reads as no jobs.")
        }
        Some(Spot::Id) => Verdict::breaking(
            "A row without its id cannot be matched with what was asked: that id comes back as \
             missing.",
        ),
        Some(Spot::Code) => Verdict::breaking(
            "An answer whose `code` is `null` is an error: `code` 1000 alone means success.",
        ),
        _ if usage.optional => Verdict::compatible(
            "The field is optional in the raw client, which reads `null` as absent: nothing fails.",
        ),
        _ => Verdict::breaking(
            "The generated type has no place for `null` here: an answer with it goes through the \
             slower salvage path, where the value reads as absent.",
        ),
    };
    usage.judge(sent, received)
}

/// `null` is no longer a value.
pub(super) fn never_null(usage: Use) -> Verdict {
    usage.judge(
        Verdict::breaking("Requests that send `null` here are refused."),
        Verdict::compatible("Released versions read it as before."),
    )
}

/// A value joined the ones that are listed.
pub(super) fn enum_value_added(usage: Use) -> Verdict {
    let received = Verdict::person(match usage.spot {
        Some(Spot::Status) => {
            "The SDK reads it as an unknown status and does not take the job for finished, until \
             somebody adds a variant to `JobStatus`; no answer is lost. Find out what it \
             means and whether it is final."
        }
        _ => {
            "A closed type in a released raw client cannot read it, and the answer then goes \
             through the slower salvage path; no answer is lost. Decide whether the overlay has \
             to open the list, and where the SDK names the value."
        }
    });
    usage.judge(
        Verdict::compatible("One more value is accepted; what the SDK sends still is."),
        received,
    )
}

/// A value is no longer listed.
pub(super) fn enum_value_removed(usage: Use) -> Verdict {
    let received = Verdict::person(match usage.spot {
        Some(Spot::Status) => {
            "The variant stays in `JobStatus` and is no longer met, or only on older jobs. \
             Find out which value took its place: if it was final, waits no longer end by it."
        }
        _ => {
            "Released versions still know the value and no longer meet it. Find out what took its \
             place."
        }
    });
    usage.judge(
        Verdict::breaking("Requests with this value, which the SDK may send, are refused."),
        received,
    )
}

/// Values are listed where any was allowed (`listed`), or the reverse.
pub(super) fn enum_as_a_whole(usage: Use, listed: bool) -> Verdict {
    let sent = if listed {
        Verdict::breaking("Values that are not listed, which the SDK may send, are refused.")
    } else {
        Verdict::compatible("Any value is accepted now; what the SDK sends still is.")
    };
    let received = Verdict::person(if listed {
        "Released versions read every value as before. Regeneration makes a closed type of the \
         list, which fails a whole answer for one new value: decide whether the overlay has to \
         remove it."
    } else if usage.spot == Some(Spot::Status) {
        "The document no longer says which statuses there are: hold the SDK's `JobStatus` \
         against the page by hand. Values it does not know read as an unknown status."
    } else {
        "The document no longer says which values there are: ones that a released version does \
         not know may go through the slower salvage path."
    });
    usage.judge(sent, received)
}

/// Something is marked as going away (`deprecated`), or no longer so.
pub(super) fn deprecated(marked: bool) -> Verdict {
    if marked {
        Verdict::person(
            "Nothing breaks today. The vendor means to take it away: plan what the SDK uses in its \
             place.",
        )
    } else {
        Verdict::compatible("The vendor no longer means to take it away.")
    }
}
