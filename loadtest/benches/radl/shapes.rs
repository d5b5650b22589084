//! Documents to read.

/// The length of the large ones.
const LENGTH: usize = 5_000_000;

/// Two kinds of machines in two networks with a recipe: what users send.
pub(crate) fn typical() -> String {
    "description cluster (name = 'A cluster' and tag = 'example')
network outer (outbound = 'yes' and outports = '8080/tcp-8080/tcp,22/tcp-22/tcp')
network inner (outbound = 'no')
system head (
  instance_type = 'small' and cpu.arch = 'x86_64' and cpu.count >= 2 and memory.size >= 2048m and
  net_interface.0.connection = 'inner' and net_interface.0.dns_name = 'head' and
  net_interface.1.connection = 'outer' and
  disk.0.image.url = 'mock0://linux.for.ev.er' and disk.0.os.name = 'linux' and
  disk.0.os.credentials.username = 'cloudadm' and disk.1.size = 20GB and disk.1.device = 'hdb' and
  disk.1.mount_path = '/data' and disk.1.fstype = 'ext4' and
  disk.0.applications contains (name = 'ansible.roles.example' and preinstalled = 'no')
)
system work (
  cpu.count >= 1 and memory.size >= 1g and net_interface.0.connection = 'inner' and
  net_interface.0.dns_name = 'work-#N#' and disk.0.image.url = 'mock0://linux.for.ev.er' and
  disk.0.os.name = 'linux'
)
configure head (
@begin
---
  - tasks:
    - name: Say hello
      debug: msg='hello'
@end
)
contextualize (system head configure head step 1)
deploy head 1
deploy work 3
"
    .to_owned()
}

/// Systems with a few features each.
pub(crate) fn systems() -> String {
    counted("network n (outbound = 'yes')\n", "", |n| {
        format!(
            "system node{n} (\n cpu.count >= {n} and\n memory.size >= 512M and\n net_interface.0.connection = 'n' and\n \
             disk.0.image.url = 'mock0://linux.for.ev.er' and\n disk.0.os.name = 'linux'\n)\n"
        )
    })
}

/// Shapes of which some have made some reader quadratic. Texts that start with `[{` are in the JSON form.
pub(crate) fn hostile() -> Vec<(&'static str, String)> {
    let body = |piece: &dyn Fn(usize) -> String| {
        counted("system s ( z = 1", " )", |n| format!(" and {}", piece(n)))
    };
    let digits = "9".repeat(4000);
    let nested = format!("{}x = 1{}", "a contains ( ".repeat(98), " )".repeat(98));
    let nested_json = format!("{}1{}", "{\"a\":".repeat(98), "}".repeat(98));
    vec![
        ("systems", systems()),
        ("features", body(&|n| format!("f{n} = 'v'"))),
        ("one feature repeated", body(&|_| "x = 'v'".to_owned())),
        (
            "a narrowing interval",
            body(&|n| format!("x >= {n}K and x <= {}T", 9_000_000_000 - n)),
        ),
        (
            "a conflict at the end",
            body(&|n| format!("f{n} = 'v'")).replace(" )", " and f1 = 'w' )"),
        ),
        (
            "contains with different names",
            body(&|n| format!("a contains (name = 'n{n}')")),
        ),
        (
            "contains with the same name",
            body(&|n| format!("a contains (name = 'n' and f{n} = 1)")),
        ),
        (
            "contains without name",
            body(&|n| format!("a contains (f{n} = 1)")),
        ),
        (
            "contains that are empty",
            body(&|_| "a contains ()".to_owned()),
        ),
        (
            "a number into contains",
            body(&|n| format!("a contains (name = 'n{n}')")).replace(" )", " and a = 1 )"),
        ),
        ("soft blocks", body(&|n| format!("soft {n} ( x = {n} )"))),
        (
            "features nested to the limit",
            body(&|n| format!("y{n} contains ( {nested} )")),
        ),
        (
            "features nested without end",
            counted("system s ( ", "", |_| "a contains ( ".to_owned()),
        ),
        (
            "numbers of 4000 digits",
            body(&|n| format!("f{n} >= {digits}T")),
        ),
        (
            "numbers of 4000 digits in one interval",
            body(&|n| format!("x >= {digits}{n}")),
        ),
        (
            "one number too long",
            format!("system s ( x = {} )", "9".repeat(LENGTH)),
        ),
        (
            "a list",
            counted("system s ( x = ['a'", "] )", |n| format!(",'{n}'")),
        ),
        (
            "a text",
            format!("system s ( x = '{}' )", "a".repeat(LENGTH)),
        ),
        (
            "a text full of escapes",
            format!("system s ( x = '{}' )", "\\'".repeat(LENGTH / 2)),
        ),
        (
            "quotes that are never closed",
            format!("system s ( x = '{}", "\\'".repeat(LENGTH / 2)),
        ),
        ("quotes that a line end breaks", "'a\\\n".repeat(LENGTH / 4)),
        (
            "illegal characters",
            format!("system s {}", ";".repeat(LENGTH)),
        ),
        (
            "characters of several bytes",
            format!("system s {}", "日".repeat(LENGTH / 3)),
        ),
        ("line ends", "\n".repeat(LENGTH)),
        ("comments", "# c\n".repeat(LENGTH / 4)),
        ("a name", format!("system {}", "s".repeat(LENGTH))),
        ("a point behind each digit", "1.".repeat(LENGTH / 2)),
        ("opening parentheses", "(".repeat(LENGTH)),
        (
            "closing parentheses",
            format!("system s{}", ")".repeat(LENGTH)),
        ),
        (
            "a recipe",
            format!(
                "configure c (\n@begin\n{}@end\n)",
                "- a: 1\n".repeat(LENGTH / 7)
            ),
        ),
        (
            "recipes",
            counted("", "", |n| {
                format!("configure c{n} (\n@begin\n- a: 1\n@end\n)\n")
            }),
        ),
        (
            "recipes that never end",
            counted("configure c (", "", |_| "@begin\n @end\n".to_owned()),
        ),
        (
            "configure sentences at no place",
            "@begin".repeat(LENGTH / 6),
        ),
        (
            "deploys",
            counted("system s ()\n", "", |n| format!("deploy s {n} cloud{n}\n")),
        ),
        (
            "networks with ports",
            counted("", "", |n| {
                format!("network n{n} (outports = '{n},{n}:{n}/udp')\n")
            }),
        ),
        (
            "ports",
            counted("network n (outports = '1", "')", |n| format!(",{n}")),
        ),
        (
            "contextualize items",
            counted("contextualize (", ")", |n| {
                format!("system s{n} configure c step {n}\n")
            }),
        ),
        (
            "contextualize blocks",
            counted("", "", |n| {
                format!("contextualize {n} (system s{n} configure c)\n")
            }),
        ),
        ("references of one id", "network n ".repeat(LENGTH / 10)),
        ("disks", body(&|n| format!("disk.{n}.size = 1G"))),
        (
            "interfaces",
            body(&|n| format!("net_interface.{n}.connection = 'n'")),
        ),
        (
            "JSON systems",
            counted("[{}", "]", |n| {
                format!(",{{\"class\":\"system\",\"id\":\"s{n}\",\"x\":1}}")
            })
            .replace("[{},", "["),
        ),
        (
            "JSON members",
            counted("[{\"class\":\"system\",\"id\":\"s\"", "}]", |n| {
                format!(",\"f{n}\":\"v\"")
            }),
        ),
        (
            "one JSON member repeated",
            counted("[{\"class\":\"system\",\"id\":\"s\"", "}]", |n| {
                format!(",\"f\":{n}")
            }),
        ),
        (
            "JSON nested to the limit",
            counted("[{\"class\":\"system\",\"id\":\"s\"", "}]", |n| {
                format!(",\"f{n}\":{nested_json}")
            }),
        ),
        (
            "JSON lists without end",
            format!("[{{\"a\":{}", "[".repeat(LENGTH)),
        ),
        ("JSON objects without end", "[{\"a\":".repeat(LENGTH / 6)),
        (
            "JSON escapes",
            format!(
                "[{{\"class\":\"system\",\"id\":\"{}\"}}]",
                "\\u00e9\\n".repeat(LENGTH / 8)
            ),
        ),
        (
            "a JSON text that is never closed",
            format!("[{{\"class\":\"{}", "a\\n".repeat(LENGTH / 3)),
        ),
    ]
}

/// Pieces up to the length, between a head and a tail.
fn counted(head: &str, tail: &str, piece: impl Fn(usize) -> String) -> String {
    let mut text = head.to_owned();
    let mut n = 0;
    while text.len() < LENGTH {
        text.push_str(&piece(n));
        n += 1;
    }
    text + tail
}
