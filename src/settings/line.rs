//! What the window is seen over: a screen of one's own, or a remote session in which every frame crosses a network. It
//! is read from what sessions leave in the environment; nothing is asked of the system, so nothing can hang.

use serde::{Deserialize, Serialize};

use crate::config::Environment;

/// What the window is seen over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Line {
    /// Every frame crosses a network: nothing is painted that need not be.
    Slow,
    #[default]
    Fast,
}

/// What a person says about the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LineChoice {
    /// As the session looks.
    #[default]
    Automatic,
    Slow,
    Fast,
}

impl LineChoice {
    /// What is meant, and why.
    pub fn line(self, environment: &Environment) -> (Line, String) {
        match self {
            LineChoice::Slow => (Line::Slow, "chosen".to_owned()),
            LineChoice::Fast => (Line::Fast, "chosen".to_owned()),
            LineChoice::Automatic => match remote_session(environment) {
                Some(why) => (Line::Slow, why),
                None => (Line::Fast, "no sign of a remote session".to_owned()),
            },
        }
    }
}

/// The first X display that sshd gives to a forwarded session (`X11DisplayOffset`).
const FORWARDED: u32 = 10;

/// What says that this session is a remote one, if anything does.
pub fn remote_session(environment: &Environment) -> Option<String> {
    // Windows names a session over RDP `RDP-Tcp#4`, and the one at the screen `Console`.
    if let Some(name) = environment
        .get("SESSIONNAME")
        .filter(|name| name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("RDP-")))
    {
        return Some(format!("an RDP session (SESSIONNAME={name})"));
    }
    let sessions = [
        ("XRDP_SESSION", "an xrdp session"),
        ("XRDP_SOCKET_PATH", "an xrdp session"),
        ("X2GO_SESSION", "an X2Go session"),
        ("NXSESSIONID", "an NX session"),
        ("VNCDESKTOP", "a VNC session"),
        ("DCV_SESSION_ID", "an Amazon DCV session"),
        ("CHROME_REMOTE_DESKTOP_SESSION", "a Chrome Remote Desktop session"),
    ];
    if let Some((name, what)) = sessions.into_iter().find(|(name, _)| environment.get(name).is_some()) {
        return Some(format!("{what} ({name} is set)"));
    }
    let display = environment.get("DISPLAY")?;
    let (host, number) = display.rsplit_once(':')?;
    let number: u32 = number.split('.').next().and_then(|number| number.parse().ok())?;
    let over_ssh = ["SSH_CONNECTION", "SSH_CLIENT"].into_iter().any(|name| environment.get(name).is_some());
    // XQuartz names its socket by a path; `unix` is an old word for this machine.
    let is_here = host.is_empty() || host == "unix" || host.starts_with('/');
    let forwarded = over_ssh && number >= FORWARDED && matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    if forwarded {
        return Some(format!("X forwarding over SSH (DISPLAY={display})"));
    }
    (!is_here).then(|| format!("an X display over the network (DISPLAY={display})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Environment::from_variables(variables, None)
    }

    #[test]
    fn remote_sessions_are_known_by_what_they_leave() {
        let ssh = ("SSH_CONNECTION", "10.0.0.9 51000 10.0.0.1 22");
        for (variables, word) in [
            (&[ssh, ("DISPLAY", "localhost:10.0")][..], "X forwarding"),
            (&[("DISPLAY", "10.0.0.9:0.0")], "over the network"),
            (&[("DISPLAY", ":10.0"), ("XRDP_SESSION", "1")], "xrdp"),
            (&[("DISPLAY", ":11"), ("XRDP_SOCKET_PATH", "/run/xrdp/1000")], "xrdp"),
            (&[("DISPLAY", ":50"), ("X2GO_SESSION", "ann-50")], "X2Go"),
            (&[("DISPLAY", ":1"), ("VNCDESKTOP", "ann's desktop")], "VNC"),
            (&[("SESSIONNAME", "RDP-Tcp#12")], "RDP"),
            (&[("SESSIONNAME", "rdp-tcp#0")], "RDP"),
        ] {
            let (line, why) = LineChoice::Automatic.line(&environment(variables));
            assert_eq!(line, Line::Slow, "{variables:?}");
            assert!(why.contains(word), "{why}");
        }
    }

    #[test]
    fn a_screen_of_ones_own_is_fast() {
        let ssh = ("SSH_CONNECTION", "10.0.0.9 51000 10.0.0.1 22");
        for variables in [
            &[("DISPLAY", ":0")][..],
            &[("DISPLAY", "unix:0.0")],
            &[("DISPLAY", "/private/tmp/com.apple.launchd.x/org.xquartz:0")],
            &[ssh, ("DISPLAY", ":0")],
            &[("SESSIONNAME", "Console")],
            &[("WAYLAND_DISPLAY", "wayland-0")],
            &[],
        ] {
            assert_eq!(LineChoice::Automatic.line(&environment(variables)).0, Line::Fast, "{variables:?}");
        }
    }

    #[test]
    fn what_the_person_says_counts() {
        let remote = environment(&[("XRDP_SESSION", "1")]);
        assert_eq!(LineChoice::Fast.line(&remote).0, Line::Fast);
        assert_eq!(LineChoice::Slow.line(&environment(&[])).0, Line::Slow);
    }
}
