//! The account: its credit, what a job costs, and which jobs were submitted.
//!
//! The vendor documents no prices. The fake's default is a price that two published clients note
//! for images; [`FakeAkool::set_price`](crate::FakeAkool::set_price) sets another.

use crate::job::FakeJob;

/// High enough for any load test.
const CREDIT: f64 = 1_000_000.0;

const PRICE: f64 = 4.0;

/// What the fake knows about its only account.
pub(crate) struct Account {
    pub(crate) credit: f64,
    /// The price of one job.
    pub(crate) price: f64,
    pub(crate) credits_taken: f64,
    /// How submitted jobs behave; id, kind and time of creation come from the request.
    pub(crate) submitted_job: FakeJob,
    /// The ids of submitted jobs, oldest first.
    pub(crate) submitted_ids: Vec<String>,
}

impl Account {
    pub(crate) fn new() -> Self {
        Self {
            credit: CREDIT,
            price: PRICE,
            credits_taken: 0.0,
            submitted_job: FakeJob::image(),
            submitted_ids: Vec::new(),
        }
    }

    /// Takes the price of a job; false if there is too little credit.
    pub(crate) fn pay(&mut self) -> bool {
        let can_pay = self.credit >= self.price;
        if can_pay {
            self.credit -= self.price;
            self.credits_taken += self.price;
        }
        can_pay
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::float_cmp, reason = "small whole numbers are exact")]
    fn credit_goes_down_until_it_is_too_little() {
        let mut account = Account::new();
        (account.credit, account.price) = (9.0, 4.0);
        assert_eq!(
            [account.pay(), account.pay(), account.pay()],
            [true, true, false]
        );
        assert_eq!((account.credit, account.credits_taken), (1.0, 8.0));
    }
}
