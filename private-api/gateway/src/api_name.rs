//! Which API this is: by what AWS calls it, and its stage.

use crate::LocalApi;

#[derive(Clone, Debug)]
pub(crate) struct ApiName {
    /// `arn:aws:execute-api:REGION:ACCOUNT:API`
    pub(crate) execution_arn: String,
    pub(crate) stage: String,
}

impl Default for ApiName {
    fn default() -> Self {
        let execution_arn = format!("arn:aws:execute-api:eu-central-1:000000000000:{}", LocalApi::API_ID);
        Self { execution_arn, stage: LocalApi::STAGE.to_owned() }
    }
}

impl ApiName {
    pub(crate) fn id(&self) -> &str {
        self.execution_arn.rsplit(':').next().unwrap_or_default()
    }

    pub(crate) fn account(&self) -> &str {
        self.execution_arn.split(':').nth(4).unwrap_or_default()
    }

    /// `path`: below the stage, with its slash.
    pub(crate) fn method_arn(&self, method: &str, path: &str) -> String {
        let Self { execution_arn, stage } = self;
        format!("{execution_arn}/{stage}/{method}{path}")
    }

    /// As refusals say a method's ARN: of the account its last four digits alone.
    pub(crate) fn shown(&self, method_arn: &str) -> String {
        let account = self.account();
        let shown = format!("********{}", account.get(account.len().saturating_sub(4)..).unwrap_or_default());
        method_arn.replacen(&format!(":{account}:"), &format!(":{shown}:"), 1)
    }
}
