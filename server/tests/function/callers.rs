//! What Terraform hands the functions of the file of callers: `terraform/tests/callers.json` and its slices, which `terraform test` makes.

use std::{collections::BTreeMap, fs, path::Path};

use claims_api_types::{ClaimStatus, Operation};
use claims_server::callers::checked;
use private_api_lambda::{Caller, Callers};
use serde_json::Value;

fn terraform(file: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../terraform").join(file);
    fs::read_to_string(&file).unwrap_or_else(|why| panic!("{}: {why}", file.display()))
}

#[test]
fn each_operations_slice_allows_what_the_whole_file_does() {
    let file = checked(terraform("tests/callers.json").parse().unwrap()).unwrap();
    let slices: BTreeMap<String, Value> = serde_json::from_str(&terraform("tests/callers.slices.json")).unwrap();
    let (mut allowed, mut refused) = (0, 0);
    for (operation, slice) in &slices {
        assert!(Operation::ALL.iter().any(|known| known.id() == operation), "{operation}");
        let slice: Callers = checked(slice.to_string().parse().unwrap()).unwrap();
        for caller in ["claims-bastion", "claims-client-client", "claims-intake", "adjuster-7", "adjuster", "other"]
            .map(|role| format!("arn:aws:sts::123456789012:assumed-role/{role}/i-0abc"))
            .into_iter()
            .chain(["ann", "ben"].map(|user| format!("arn:aws:iam::123456789012:user/audit/{user}")))
        {
            let caller = Caller::Iam { arn: caller };
            for member in ["12", "123", "13", "312"] {
                for status in ClaimStatus::KNOWN.iter().map(|status| Some(status.as_str())).chain([None]) {
                    let whole = file.allow(&caller, operation, &[member], status);
                    assert_eq!(slice.allow(&caller, operation, &[member], status), whole, "{caller:?} {operation}");
                    *if whole.is_ok() { &mut allowed } else { &mut refused } += 1;
                }
            }
        }
    }
    assert!(slices.len() >= 5 && allowed > 100 && refused > 100, "{allowed} allowed, {refused} refused");
}

#[test]
fn an_operation_that_nobody_may_do_is_refused() {
    let nobody: Callers = "[]".parse().unwrap();
    let caller = Caller::Iam { arn: "arn:aws:sts::123456789012:assumed-role/claims-bastion/i-0abc".to_owned() };
    nobody.allow(&caller, "getClaim", &["12"], None).unwrap_err();
}

#[test]
fn terraform_knows_the_statuses() {
    let known: Vec<_> = ClaimStatus::KNOWN.iter().map(ClaimStatus::as_str).collect();
    let line = format!("default     = {known:?}\n");
    assert!(terraform("modules/claims-api/variables-callers.tf").contains(&line), "no {line}");
}
