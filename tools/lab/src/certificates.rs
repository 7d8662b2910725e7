//! A certificate authority for one lab, and the endpoint's certificate with the names that AWS's has.

use std::{fs, path::Path};

use crate::{namespaces::Done, planned_network::Design};

/// Writes `ca.pem`, `endpoint.pem` and `endpoint.key` into the folder. The authority's key is never written.
pub fn write(design: &Design, folder: &Path) -> Done {
    let key = rcgen::KeyPair::generate()?;
    let mut params = rcgen::CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
    params.distinguished_name.push(rcgen::DnType::CommonName, "The lab's own CA");
    fs::write(folder.join("ca.pem"), params.self_signed(&key)?.pem())?;
    let authority = rcgen::Issuer::new(params, key);

    let names = [
        format!("*.{}", design.execute_api_domain()),
        format!("*.{}", design.vpce_domain()),
        format!("*.{}", design.endpoint.dns_name),
    ];
    let key = rcgen::KeyPair::generate()?;
    let mut params = rcgen::CertificateParams::new(names)?;
    params.distinguished_name.push(rcgen::DnType::CommonName, format!("*.{}", design.execute_api_domain()));
    fs::write(folder.join("endpoint.pem"), params.signed_by(&key, &authority)?.pem())?;
    fs::write(folder.join("endpoint.key"), key.serialize_pem())?;
    Ok(())
}
