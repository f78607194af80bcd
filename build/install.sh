#!/bin/sh
# Puts the built window and command line where this user's desktop finds them,
# or takes them away again. Needs no rights beyond the user's own.
set -eu
cd "$(dirname "$0")/.."
data=${XDG_DATA_HOME:-$HOME/.local/share}
bin=$HOME/.local/bin
desktop=$data/applications/toolbay.desktop
icon=$data/icons/hicolor/256x256/apps/toolbay.png
types=$data/mime/packages/toolbay.xml

# The desktop keeps an index of what opens what.
index() {
  command -v update-mime-database >/dev/null && [ -d "$data/mime/packages" ] && update-mime-database "$data/mime" || true
  command -v update-desktop-database >/dev/null && [ -d "$data/applications" ] && update-desktop-database "$data/applications" || true
}

case ${1:-} in
install)
  mkdir -p "$bin" "$(dirname "$desktop")" "$(dirname "$icon")" "$(dirname "$types")"
  install -m 755 build/bin/toolbay build/bin/toolbay-window "$bin/"
  install -m 644 build/appicon.png "$icon"
  {
    echo '[Desktop Entry]'
    echo 'Type=Application'
    echo 'Name=Toolbay'
    echo 'Comment=Give your AI apps their tools'
    printf 'Exec="%s" %%u\n' "$bin/toolbay-window"
    echo 'Icon=toolbay'
    echo 'Categories=Utility;'
    echo 'MimeType=application/x-mcpb;application/x-dxt;x-scheme-handler/toolbay;'
    echo 'StartupWMClass=toolbay'
  } >"$desktop"
  # Bundles of servers, by the end of their names. Both are archives inside.
  cat >"$types" <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="application/x-mcpb">
    <comment>MCP bundle</comment>
    <sub-class-of type="application/zip"/>
    <icon name="toolbay"/>
    <glob pattern="*.mcpb"/>
  </mime-type>
  <mime-type type="application/x-dxt">
    <comment>Desktop extension</comment>
    <sub-class-of type="application/zip"/>
    <icon name="toolbay"/>
    <glob pattern="*.dxt"/>
  </mime-type>
</mime-info>
XML
  index
  echo "Toolbay is in your menu. The command line is $bin/toolbay." ;;
uninstall)
  rm -f "$bin/toolbay" "$bin/toolbay-window" "$desktop" "$icon" "$types"
  index
  echo "Toolbay is gone from your menu. Your servers and settings are still in ${TOOLBAY_HOME:-$HOME/.toolbay}." ;;
*) echo "use: build/install.sh install|uninstall" >&2; exit 2 ;;
esac
