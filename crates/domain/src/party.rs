//! What sort of party a record is about.

use serde::{Deserialize, Serialize};

/// 行政相对人类别, the three values of the 2018 layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartyCategory {
    /// 法人及非法人组织.
    Organisation,
    /// 个体工商户: a category of its own, handled with the organisations (rule R3).
    IndividualBusiness,
    /// 自然人: recorded where the catalogue has them, never public (H6).
    NaturalPerson,
}

impl PartyCategory {
    /// All of them, in the order of the layout.
    pub const ALL: [Self; 3] = [Self::Organisation, Self::IndividualBusiness, Self::NaturalPerson];

    /// The stable id, as in `law/codes/party-category.toml`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::IndividualBusiness => "individual-business",
            Self::NaturalPerson => "natural-person",
        }
    }

    /// The category a stored id stands for.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        match id {
            "organisation" => Some(Self::Organisation),
            "individual-business" => Some(Self::IndividualBusiness),
            "natural-person" => Some(Self::NaturalPerson),
            _ => None,
        }
    }

    /// The official value.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Organisation => "法人及非法人组织",
            Self::IndividualBusiness => "个体工商户",
            Self::NaturalPerson => "自然人",
        }
    }
}

/// Whether a registration status says that the subject is no more: 注销, not 吊销未注销.
#[must_use]
pub fn is_deregistered(status: &str) -> bool {
    status.contains("注销") && !status.contains("未注销")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_lost_the_licence_is_still_there() {
        assert!(
            is_deregistered("注销") && is_deregistered("已注销") && is_deregistered("吊销，已注销")
        );
        assert!(
            !is_deregistered("存续")
                && !is_deregistered("吊销")
                && !is_deregistered("吊销，未注销")
        );
    }
}
