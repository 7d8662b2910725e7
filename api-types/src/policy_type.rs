//! What a policy insures.

use private_api_contract::open_enum;

open_enum! {
    /// What the claim's policy insures.
    ///
    /// A request may only say a known value; a response may hold one that this build does not know.
    pub enum PolicyType {
        /// `Health`
        Health = "Health",
        /// `Dental`
        Dental = "Dental",
        /// `Vision`
        Vision = "Vision",
        /// `Life`
        Life = "Life",
        /// `Disability`
        Disability = "Disability",
        /// `Accident`
        Accident = "Accident",
    }
}
