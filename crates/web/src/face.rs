//! The two faces behind a sign-in: the console of the units, and the subjects' own pages. Each has its own cookie, sent to its own
//! addresses only; no account opens both. What both need (signing in, the own account, a held form) is written once and asks the
//! face for its addresses.

/// A face behind a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// 工作台, for the people of the units.
    Console,
    /// 主体办事, for those who act for a subject.
    Own,
}

impl Face {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Console, Self::Own];

    /// Where it begins.
    #[must_use]
    pub const fn home(self) -> &'static str {
        match self {
            Self::Console => "/console",
            Self::Own => "/my",
        }
    }

    /// What its pages call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Console => "工作台",
            Self::Own => "主体办事",
        }
    }

    /// The name of the cookie of its sessions.
    #[must_use]
    pub const fn cookie(self) -> &'static str {
        match self {
            Self::Console => "session",
            Self::Own => "my-session",
        }
    }

    /// The face that an address belongs to; nothing for what is public.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|face| face.holds(path))
    }

    /// Whether an address, with or without its query, is one of this face.
    #[must_use]
    pub fn holds(self, path: &str) -> bool {
        path.strip_prefix(self.home())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    }

    /// An address of this face, the rest given from its slash.
    #[must_use]
    pub fn at(self, rest: &str) -> String {
        format!("{}{rest}", self.home())
    }
}

#[cfg(test)]
mod tests {
    use super::Face;

    #[test]
    fn an_address_belongs_to_one_face_or_to_none() {
        assert_eq!(Face::of("/console"), Some(Face::Console));
        assert_eq!(Face::of("/my/firms/x?y=1"), Some(Face::Own));
        for public in ["/", "/myself", "/consoles", "/subjects/console", "//my"] {
            assert_eq!(Face::of(public), None, "{public}");
        }
    }
}
