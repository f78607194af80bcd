#!/bin/sh
# Puts the built window and command line where this user's desktop finds them,
# or takes them away again. Needs no rights beyond the user's own.
set -eu
cd "$(dirname "$0")/.."
data=${XDG_DATA_HOME:-$HOME/.local/share}
bin=$HOME/.local/bin
desktop=$data/applications/toolbay.desktop
icon=$data/icons/hicolor/256x256/apps/toolbay.png

case ${1:-} in
install)
  mkdir -p "$bin" "$(dirname "$desktop")" "$(dirname "$icon")"
  install -m 755 build/bin/toolbay build/bin/toolbay-window "$bin/"
  install -m 644 build/appicon.png "$icon"
  {
    echo '[Desktop Entry]'
    echo 'Type=Application'
    echo 'Name=Toolbay'
    echo 'Comment=Give your AI apps their tools'
    printf 'Exec="%s"\n' "$bin/toolbay-window"
    echo 'Icon=toolbay'
    echo 'Categories=Utility;'
    echo 'StartupWMClass=toolbay'
  } >"$desktop"
  command -v update-desktop-database >/dev/null && update-desktop-database "$data/applications" || true
  echo "Toolbay is in your menu. The command line is $bin/toolbay." ;;
uninstall)
  rm -f "$bin/toolbay" "$bin/toolbay-window" "$desktop" "$icon"
  echo "Toolbay is gone from your menu. Your servers and settings are still in ${TOOLBAY_HOME:-$HOME/.toolbay}." ;;
*) echo "use: build/install.sh install|uninstall" >&2; exit 2 ;;
esac
