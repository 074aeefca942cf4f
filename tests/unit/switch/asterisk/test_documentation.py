"""The documentation that an unpacked Asterisk keeps: what is declared of configuration, and names of the rest."""

import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

pytestmark = pytest.mark.unit

_ROOT = Path(__file__).parents[4]
_WHOLE = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE docs SYSTEM "appdocsxml.dtd">
<docs xmlns:xi="http://www.w3.org/2001/XInclude">
	<application name="Dial" language="en_US">
		<synopsis>Call somebody.</synopsis>
		<see-also><ref type="application">Queue</ref></see-also>
	</application>
	<function name="RAND" language="en_US" module="func_rand">
		<description><para>Text.</para></description>
	</function>
	<manager name="Ping" language="en_US">
		<synopsis>Ask.</synopsis>
	</manager>
	<managerEvent language="en_US" name="Hangup">
		<managerEventInstance class="EVENT_FLAG_CALL"><synopsis>Told.</synopsis></managerEventInstance>
	</managerEvent>
	<configInfo name="res_pjsip" language="en_US">
		<configFile name="pjsip.conf">
			<configObject name="endpoint">
				<configOption name="allow"><synopsis>Codecs.</synopsis></configOption>
			</configObject>
		</configFile>
	</configInfo>
	<info name="Dial" language="en_US"><para>More.</para></info>
</docs>
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """What install.sh takes for an Asterisk that it has unpacked."""
    folder = tmp_path / "usr/share/asterisk/documentation"
    folder.mkdir(parents=True)
    (tmp_path / ".complete").touch()
    (folder / "core-en_US.xml").write_text(_WHOLE)
    return tmp_path


def _installed(root: Path) -> bytes:
    """The documentation after install.sh has found this Asterisk."""
    command = [shutil.which("sh") or "sh", str(_ROOT / "asterisk/install.sh")]
    environment = {"HOTLINE_ASTERISK_ROOT": str(root), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == (f"{root}\n", "")
    folder = root / "usr/share/asterisk/documentation"
    assert [path.name for path in folder.iterdir()] == ["core-en_US.xml"]
    return (folder / "core-en_US.xml").read_bytes()


def test_configuration_stays_and_of_the_others_that_they_are_there(root: Path) -> None:
    kept = ElementTree.fromstring(_installed(root))
    assert [(one.tag, one.get("name")) for one in kept] == [
        ("application", "Dial"),
        ("function", "RAND"),
        ("manager", "Ping"),
        ("configInfo", "res_pjsip"),
    ]
    whole = ElementTree.fromstring(_WHOLE).find("configInfo")
    config = kept.find("configInfo")
    assert whole is not None
    assert config is not None
    assert ElementTree.tostring(config).strip() == ElementTree.tostring(whole).strip()
    # without a child the loader takes an entry for none, and complains
    assert all([child.tag for child in one] == ["synopsis"] for one in kept if one is not config)


def test_a_second_time_changes_nothing(root: Path) -> None:
    assert _installed(root) == _installed(root)


def test_what_is_laid_out_otherwise_stays_whole(root: Path) -> None:
    whole = _WHOLE.replace("configInfo", "configuration")
    (root / "usr/share/asterisk/documentation/core-en_US.xml").write_text(whole)
    assert _installed(root).decode() == whole
