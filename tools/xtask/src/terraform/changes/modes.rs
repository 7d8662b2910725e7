//! The deployments that the changes start from.

use super::Options;

/// A deployment as its options make it.
pub struct Mode {
    pub name: &'static str,
    pub options: Options,
    pub authorization: &'static str,
    pub clients: bool,
    pub dns: &'static str,
    /// With the protection on the service has to stand throughout.
    pub protected: bool,
}

/// The region's logging role: the simulator's has none.
const OWN: &str = "-var=manage_api_gateway_account=true";
const SIGNED: &str = "-var=authorization=AWS_IAM";
const CLIENT: &str = "-var-file=part-2.tfvars";
const ALIAS: &str = "-var=client_dns=alias";
const OPEN: &str = "-var=deletion_protection=false";

pub const MODES: &[Mode] = &[
    mode("part-1", &[OWN], "NONE", false, "alias", true),
    mode("part-1-iam", &[OWN, SIGNED], "AWS_IAM", false, "alias", true),
    mode("part-2-resolver", &[OWN, CLIENT], "NONE", true, "resolver", true),
    mode("part-2-resolver-iam", &[OWN, CLIENT, SIGNED], "AWS_IAM", true, "resolver", true),
    mode("part-2-alias", &[OWN, CLIENT, ALIAS], "NONE", true, "alias", true),
    mode("part-2-alias-iam", &[OWN, CLIENT, ALIAS, SIGNED], "AWS_IAM", true, "alias", true),
    // What the protection refuses, done: no error, an empty second plan; calls are interrupted.
    mode("part-2-unprotected", &[OWN, CLIENT, OPEN], "NONE", true, "resolver", false),
];

const fn mode(
    name: &'static str,
    options: Options,
    authorization: &'static str,
    clients: bool,
    dns: &'static str,
    protected: bool,
) -> Mode {
    Mode { name, options, authorization, clients, dns, protected }
}
