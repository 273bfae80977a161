//! Prints the findings as they come, and counts them.

use std::fmt;

use super::finding::{Finding, Verdict};
use crate::{
    output::{Stdout, write_amounts, write_line},
    problem::{Problem, write_causes},
    verbosity::Verbosity,
};

/// Where findings go: each is printed at once, since the next one may take time.
pub(super) struct Report {
    stdout: Stdout,
    is_json: bool,
    verbosity: Verbosity,
    ok: usize,
    warnings: usize,
    failures: usize,
}

impl Report {
    pub(super) fn new(is_json: bool, verbosity: Verbosity) -> Self {
        Self {
            stdout: Stdout::lock(),
            is_json,
            verbosity,
            ok: 0,
            warnings: 0,
            failures: 0,
        }
    }

    pub(super) fn add(&mut self, finding: &Finding) -> Result<(), Problem> {
        *match finding.verdict {
            Verdict::Ok => &mut self.ok,
            Verdict::Warn => &mut self.warnings,
            Verdict::Fail => &mut self.failures,
        } += 1;
        // The remaining checks decide the exit code, even if nobody reads the output any more.
        let _ = if self.is_json {
            self.stdout.emit(|out| write_line(out, finding))?
        } else {
            let with_causes = self.verbosity >= Verbosity::Causes;
            self.stdout.emit_styled(|out| {
                finding.write_to(out)?;
                if with_causes {
                    write_causes(out, &finding.causes)?;
                }
                Ok(())
            })?
        };
        Ok(())
    }

    /// Whether nothing failed.
    pub(super) fn is_passed(&self) -> bool {
        self.failures == 0
    }
}

/// `9 findings: 8 ok, 1 failed`; zero counts are omitted.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let findings = self.ok + self.warnings + self.failures;
        let plural = if findings == 1 { "" } else { "s" };
        write!(f, "{findings} finding{plural}")?;
        let warnings = if self.warnings == 1 {
            "warning"
        } else {
            "warnings"
        };
        let verdicts = [
            (self.ok, "ok"),
            (self.warnings, warnings),
            (self.failures, "failed"),
        ];
        write_amounts(f, ": ", verdicts).map(|_| ())
    }
}
