"""Places of systems and products, as their makers or public lists of artifacts give them; in lower case.

From a volume's root. ``*`` is anything but a slash, ``**`` anything. The first that fits decides, in the order of the
contexts. Not more than two ``**`` in one GLOB, and text only between them: long names are hostile, too.
"""

from dataclasses import dataclass

from cyberforensics.model.contexts import Context


@dataclass(frozen=True, slots=True)
class Place:
    """Files of one system or product."""

    context: Context
    what: str
    globs: tuple[str, ...]
    reference: str
    filesystems: tuple[str, ...] = ()
    """Where only some file systems have it."""
    metadata: bool = False
    """Whether these are the file system's own structures, which repeat what lies elsewhere."""


_KAPE = "KapeFiles, Targets/Antivirus"
_ARTIFACTS = "ForensicArtifacts, data/antivirus.yaml"


def _windows(*folders: str) -> tuple[str, ...]:
    """Of a product: its folders for all users' data and for programs, those of Windows XP too."""
    roots = (
        *("/programdata/", "/documents and settings/all users/application data/"),
        *("/program files/", "/program files (x86)/", "/program files/common files/"),
    )
    return tuple(f"{root}{folder}/**" for folder in folders for root in roots)


PLACES: tuple[Place, ...] = (
    Place(
        "page-or-hibernation",
        "Windows: page, swap and hibernation files",
        ("/pagefile.sys", "/swapfile.sys", "/hiberfil.sys"),
        "KapeFiles, Targets/Windows/MemoryFiles.tkape",
    ),
    Place(
        "page-or-hibernation",
        "Windows: memory dumps of the whole system (not those of single programs, which are listed first)",
        ("/windows/memory.dmp", "/windows/minidump/*.dmp", "/windows/livekernelreports/**.dmp"),
        "KapeFiles, Targets/Windows/MemoryFiles.tkape; Microsoft, Kernel live dump",
    ),
    Place(
        "page-or-hibernation",
        "Linux: swap files as installers make them, and dumps of kdump",
        ("/swapfile", "/swap.img", "/swap/swapfile", "/var/swap", "/var/crash/*/vmcore", "/var/crash/*/dump.*"),
        "Ubuntu SwapFaq; dphys-swapfile(8); kdump-tools(5); btrfs-filesystem(8), mkswapfile",
    ),
    Place(
        "page-or-hibernation",
        "macOS: swap files and sleep image (in the root of the volume VM of APFS)",
        (
            *("/private/var/vm/swapfile[0-9]*", "/private/var/vm/sleepimage", "/var/vm/swapfile[0-9]*"),
            *("/var/vm/sleepimage", "/swapfile[0-9]*", "/sleepimage", "/vm/swapfile[0-9]*", "/vm/sleepimage"),
        ),
        "dynamic_pager(8); pmset(1), hibernatefile",
    ),
    Place(
        "security-product",
        "Microsoft Defender, Security Essentials, the removal tool and Safety Scanner",
        (
            *_windows("microsoft/windows defender", "microsoft/windows defender advanced threat protection"),
            *_windows("windows defender", "windows defender advanced threat protection"),
            *_windows("microsoft/microsoft antimalware", "microsoft/windows antimalware", "microsoft security client"),
            *("/windows/temp/mpcmdrun*.log", "/windows/temp/mpsigstub.log", "/windows/debug/msert.log"),
            "/windows/serviceprofiles/localservice/appdata/local/temp/mpcmdrun*.log",
            *("/windows/system32/mrt.exe", "/windows/system32/mrt/**", "/windows/debug/mrt.log"),
            *("/opt/microsoft/mdatp/**", "/var/opt/microsoft/mdatp/**", "/var/log/microsoft/mdatp/**"),
            *("/library/application support/microsoft/defender/**", "/applications/microsoft defender.app/**"),
        ),
        f"{_KAPE}/WindowsDefender.tkape; {_ARTIFACTS}; Microsoft, Defender for Endpoint on Linux and macOS, Resources",
    ),
    Place(
        "security-product",
        "macOS: XProtect",
        (
            *(
                "/system/library/coreservices/xprotect.bundle/**",
                "/library/apple/system/library/coreservices/xprotect*/**",
            ),
            *("/private/var/protected/xprotect/**", "/var/protected/xprotect/**"),
        ),
        "Apple Platform Security, Protecting against malware in macOS",
    ),
    Place(
        "security-product",
        "ClamAV",
        (
            *("/var/lib/clamav/**", "/var/clamav/**", "/usr/share/clamav/**", "/usr/local/share/clamav/**"),
            *("/usr/local/clamxav/**", "/opt/homebrew/var/lib/clamav/**", "/var/log/clamav/**", *_windows("clamav")),
        ),
        "ClamAV manual, freshclam.conf (DatabaseDirectory)",
    ),
    Place(
        "security-product",
        "Kaspersky",
        (
            *_windows("kaspersky lab"),
            *("/opt/kaspersky/**", "/var/opt/kaspersky/**", "/var/log/kaspersky/**"),
            "/library/application support/kaspersky lab/**",
        ),
        "support.kaspersky.com: About Backup (KES for Windows 12, KES for Linux 12), Quarantine (Linux)",
    ),
    Place(
        "security-product",
        "ESET",
        (
            *_windows("eset"),
            "/users/*/appdata/local/eset/eset security/quarantine/**",
            "/windows/system32/config/systemprofile/appdata/local/eset/eset security/quarantine/**",
            *("/opt/eset/**", "/var/opt/eset/**", "/var/log/eset/**", "/library/application support/eset/**"),
        ),
        f"{_KAPE}/ESET.tkape; {_ARTIFACTS}; help.eset.com, Quarantine",
    ),
    Place(
        "security-product",
        "Sophos",
        (
            *_windows("sophos"),
            *("/opt/sophos-av/**", "/opt/sophos-spl/**", "/library/sophos anti-virus/**"),
            *("/library/application support/sophos/**", "/users/shared/infected/**"),
        ),
        f"{_KAPE}/Sophos.tkape; {_ARTIFACTS}",
    ),
    Place(
        "security-product",
        "Malwarebytes and AdwCleaner",
        (
            *_windows("malwarebytes", "malwarebytes' anti-malware", "malwarebytes anti-malware"),
            "/users/*/appdata/roaming/malwarebytes/malwarebytes anti-malware/**",
            *("/library/application support/malwarebytes/**", "/adwcleaner/**"),
        ),
        f"{_KAPE}/Malwarebytes.tkape",
    ),
    Place(
        "security-product",
        "Avast and AVG",
        (*_windows("avast software", "avg"), "/$av_asw/**", "/$av_avg/**"),
        f"{_KAPE}/Avast.tkape, AVG.tkape",
    ),
    Place("security-product", "Avira", _windows("avira"), f"{_KAPE}/AviraAVLogs.tkape"),
    Place(
        "security-product",
        "Bitdefender",
        (*_windows("bitdefender"), "/opt/bitdefender*/**"),
        f"{_KAPE}/Bitdefender.tkape",
    ),
    Place(
        "security-product",
        "Symantec and Norton",
        (*_windows("symantec", "norton"), "/users/*/appdata/local/symantec/symantec endpoint protection/**"),
        f"{_KAPE}/Symantec_AV_Logs.tkape; {_ARTIFACTS}",
    ),
    Place("security-product", "McAfee", _windows("mcafee"), f"{_KAPE}/McAfee.tkape, McAfee_ePO.tkape"),
    Place("security-product", "Trend Micro", _windows("trend micro"), f"{_KAPE}/TrendMicro.tkape"),
    Place(
        "security-product",
        "F-Secure",
        (*_windows("f-secure"), "/users/*/appdata/local/f-secure/**"),
        f"{_KAPE}/FSecure.tkape",
    ),
    Place(
        "security-product",
        "CrowdStrike Falcon",
        (
            *("/windows/system32/drivers/crowdstrike/**", "/library/cs/quarantine/**"),
            *("/library/application support/crowdstrike/falcon/**", "/opt/crowdstrike/**"),
        ),
        f"{_KAPE}/CrowdStrikeFalcon.tkape; {_ARTIFACTS}",
    ),
    Place(
        "security-product",
        "SentinelOne, Elastic Defend, Cylance, Cybereason",
        (
            *_windows("sentinel", "sentinelone", "cylance", "crs1", "apv2", "crb1"),
            *("/program files/elastic/endpoint/**", "/.equarantine/**"),
        ),
        f"{_KAPE}/SentinelOne.tkape, ElasticDefend.tkape, Cylance.tkape, Cybereason.tkape",
    ),
    Place(
        "security-product",
        "HitmanPro, Emsisoft, RogueKiller, SUPERAntiSpyware, TotalAV, VIPRE, Webroot",
        (
            *_windows("hitmanpro", "hitmanpro.alert", "emsisoft", "roguekiller", "totalav"),
            *_windows("vipre business agent", "wrdata"),
            "/users/*/appdata/roaming/superantispyware/**",
        ),
        f"{_KAPE}, the files of these names",
    ),
    Place(
        "rule-text",
        "YARA rules, as text and compiled",
        ("/**.yar", "/**.yara", "/**.yarac"),
        "YARA documentation, Running YARA from the command-line",
    ),
    Place(
        "rule-text",
        "Rules of Snort and Suricata",
        ("/etc/snort/**.rules", "/etc/suricata/rules/**", "/usr/share/suricata/rules/**", "/var/lib/suricata/rules/**"),
        "Suricata user guide, Rule Management; Snort users manual",
    ),
    Place(
        "rule-text",
        "Signatures of Loki and THOR, rules of Sigma, capa, Hayabusa and Chainsaw in folders of their names",
        (
            *("/**/signature-base/**", "/**/thor*/signatures/**", "/**/sigma/rules*/**", "/**/capa-rules/**"),
            *("/**/hayabusa*/rules/**", "/**/chainsaw*/rules/**", "/**/chainsaw*/sigma/**"),
        ),
        "the repositories of these projects",
    ),
    Place(
        "cache",
        "Chrome, Chromium, Edge, Brave, Vivaldi, Opera and programs made of Chromium, on Windows",
        (
            *("/users/*/appdata/local/*/*/user data/*/*cache*/**", "/users/*/appdata/local/*/user data/*/*cache*/**"),
            "/users/*/appdata/local/*/*/user data/*/service worker/cachestorage/**",
            "/documents and settings/*/local settings/application data/*/*/user data/*/*cache*/**",
            *("/users/*/appdata/**/cache/cache_data/**", "/users/*/appdata/**/code cache/**"),
            *("/users/*/appdata/**/gpucache/**", "/users/*/appdata/local/opera software/*/*cache*/**"),
        ),
        "KapeFiles, Targets/Browsers/BrowserCache.tkape; ForensicArtifacts, data/webbrowser.yaml (ChromeCache)",
    ),
    Place(
        "cache",
        "Firefox",
        (
            *(
                "/users/*/appdata/local/mozilla/firefox/profiles/**",
                "/home/*/.cache/mozilla/**",
            ),
            "/documents and settings/*/local settings/application data/mozilla/firefox/profiles/**",
            *("/home/*/snap/firefox/common/.cache/**", "/home/*/.var/app/org.mozilla.firefox/cache/**"),
            *("/users/*/library/caches/firefox/**", "/users/*/library/caches/mozilla/**"),
        ),
        "ForensicArtifacts, data/webbrowser.yaml (FirefoxCache)",
    ),
    Place(
        "cache",
        "Internet Explorer and what uses its cache; not attachments that Outlook opened (Content.Outlook)",
        (
            *(
                "/users/*/appdata/local/microsoft/windows/inetcache/ie/**",
                "/users/*/appdata/local/microsoft/windows/inetcache/low/**",
            ),
            "/users/*/appdata/local/microsoft/windows/webcache/**",
            "/users/*/appdata/local/microsoft/windows/temporary internet files/content.ie5/**",
            "/users/*/appdata/local/microsoft/windows/temporary internet files/low/**",
            "/documents and settings/*/local settings/temporary internet files/content.ie5/**",
            "/windows/system32/config/systemprofile/appdata/local/microsoft/windows/inetcache/ie/**",
        ),
        "KapeFiles, Targets/Browsers/BrowserCache.tkape; ForensicArtifacts, webbrowser.yaml (InternetExplorerCache)",
    ),
    Place(
        "cache",
        "Chrome, Chromium, Edge, Brave, Vivaldi, Opera on Linux",
        (
            *("/home/*/.cache/google-chrome*/**", "/home/*/.cache/chromium/**", "/home/*/.cache/microsoft-edge*/**"),
            *("/home/*/.cache/bravesoftware/**", "/home/*/.cache/vivaldi/**", "/home/*/.cache/opera/**"),
            *("/home/*/.config/google-chrome*/*/*cache*/**", "/home/*/.config/chromium/*/*cache*/**"),
            *("/home/*/snap/chromium/common/.cache/**", "/home/*/.var/app/*/cache/**"),
        ),
        "ForensicArtifacts, data/webbrowser.yaml (ChromeCache)",
    ),
    Place(
        "cache",
        "Safari, Chrome, Chromium, Edge, Brave on macOS",
        (
            *("/users/*/library/caches/com.apple.safari*/**", "/users/*/library/caches/google/chrome*/**"),
            "/users/*/library/containers/com.apple.safari/data/library/caches/**",
            *("/users/*/library/caches/chromium/**", "/users/*/library/caches/microsoft edge*/**"),
            *(
                "/users/*/library/caches/bravesoftware/**",
                "/users/*/library/application support/google/chrome*/*/*cache*/**",
            ),
        ),
        "ForensicArtifacts, data/webbrowser.yaml (SafariCache, ChromeCache)",
    ),
    Place(
        "cache",
        "Thumbnails",
        (
            "/users/*/appdata/local/microsoft/windows/explorer/thumbcache_*.db",
            *("/users/*/appdata/local/microsoft/windows/explorer/iconcache_*.db", "/home/*/.cache/thumbnails/**"),
        ),
        "freedesktop.org Thumbnail Managing Standard; Microsoft, Thumbnail cache",
    ),
    Place(
        "system",
        "NTFS: its own files, and the stores of shadow copies, which hold earlier blocks of other files",
        (
            *(
                "/$mft",
                "/$mftmirr",
                "/$logfile",
                "/$volume",
                "/$attrdef",
                "/$bitmap",
                "/$boot",
                "/$badclus",
                "/$secure",
            ),
            *("/$upcase", "/$extend/$objid", "/$extend/$quota", "/$extend/$reparse", "/$extend/$usnjrnl"),
            "/$extend/$rmmetadata/**",
            "/system volume information/{*}{3808876b-c176-4e48-b7ae-04046e6cc752}",
        ),
        "Linux-NTFS documentation, NTFS system files; libyal, Volume Shadow Snapshot format",
        ("ntfs", "host"),
        metadata=True,
    ),
    Place(
        "system",
        "FAT, exFAT and HFS+: what The Sleuth Kit shows of their structures as files",
        (
            *("/$mbr", "/$fat[0-9]", "/$alloc_bitmap", "/$upcase_table", "/$extentsfile", "/$catalogfile"),
            *("/$badblockfile", "/$allocationfile", "/$startupfile", "/$attributesfile"),
        ),
        "The Sleuth Kit, tsk_fatfs.h, tsk_exfatfs.h, tsk_hfs.h",
        ("fat12", "fat16", "fat32", "exfat", "hfs+"),
        metadata=True,
    ),
    Place(
        "system",
        "Windows",
        (
            *("/windows/**", "/program files/**", "/program files (x86)/**", "/recovery/**", "/boot/**", "/efi/**"),
            *("/$windows.~bt/**", "/$windows.~ws/**", "/$sysreset/**", "/$winreagent/**", "/bootmgr", "/bootnxt"),
            "/system volume information/**",
        ),
        "Microsoft, Windows Setup: folders; Volume Shadow Copy Service",
    ),
    Place(
        "system",
        "Linux and other Unix",
        ("/usr/**", "/lib/**", "/lib32/**", "/lib64/**", "/bin/**", "/sbin/**", "/snap/**", "/nix/store/**"),
        "Filesystem Hierarchy Standard 3.0",
    ),
    Place(
        "system",
        "macOS",
        ("/system/**", "/library/**", "/applications/**", "/private/var/db/**"),
        "Apple, File System Programming Guide",
    ),
)
"""The order is that of the report's groups; metadata files come before the systems that they lie in."""
