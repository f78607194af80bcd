package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// shapes are the documents that the commands print: the contract in
// docs/cli.md. A value shows the kind that is meant; a list's first element
// stands for all of them. In a text, "time" is a moment in UTC, "a|b" a choice,
// "hash" a SHA-256, "id" a server's id; one that ends in "?" may be null, as may an
// object with a field "?".
var shapes = map[string]string{
	"error":  `{"error":{"code":"","message":"","hint":"","command":"","args":{},"needs":[{"kind":"download|write|scripts|risk|close|input|secret|skip","name":"","text":"","flag":""}],"detail":""}}`,
	"search": `{"total":0,"more":false,"took_ms":0,"results":[` + listing + `],"facets":{"all":0,"categories":{},"sources":{},"filters":{}}}`,
	"show":   card,
	"plan": `{"command":"","args":[""],"env":{},"secrets":[""],"url":"","headers":{},
		"inputs":[{"name":"","label":"","required":true,"secret":true,"format":"string|number|boolean|filepath|folder","default":"","choices":[""]}],
		"files":[""],"warnings":[""]}`,
	"catalog import": sync1,
	"export":         `{"sources":[""],"listings":0}`,
	"sync":           sync1,
	"status":         `[` + source1 + `]`,
	"source":         source1,
	"removed":        `{"source":"","listings":0}`,
	"registry":       `{"source":"","enabled":true,"kind":"private","name":"","badge":"","site":"","key_set":true,"synced":"time?","servers":0,"more":false}`,
	"paste": `[{"ref":"","kind":"npm|pypi|oci|mcpb|remote|local|listing","name":"","title":"","publisher":"","category":"","package":` + pack + `,
		"plan":{"command":"","args":[""],"env":{},"secrets":[""],"url":"","headers":{},
		"inputs":[{"name":"","label":"","required":true,"secret":true,"format":"","default":"","choices":[""]}],"files":[""],"warnings":[""]},
		"listing":"","known":"","keys":[""],"warnings":[""],"usable":true}]`,
	"adoptables": `[{"id":"","name":"","title":"","publisher":"","kind":"","package":` + pack + `,"listing":"","known":"","places":[` + place1 + `],
		"keys":[""],"warnings":[""],"usable":true,"problem":""}]`,
	"adopted": `[{"id":"","server":"","title":"","version":"","tools":[""],"apps":[""],"change":"","places":[` + place1 + `],"keys":[""],
		"files":[{"path":"","shown":"","diff":""}],"error":{"?":"","code":"","message":"","hint":"","command":"","args":{},"needs":[{"kind":"","name":"","text":"","flag":""}],"detail":""}}]`,
	"install": `{"server":"id","version":"","tools":[""],"apps":[""]}`,
	"list": `[{"id":"id","title":"","version":"","package":` + pack + `,"listing":"","status":"ok|needs-key|needs-sign-in|broken|untested|off",
		"tools":[""],"apps":[""],"profiles":[""],"installed":"time",
		"alert":{"?":"","code":"listing_deleted|listing_deprecated|listing_renamed","message":"","hint":""}}]`,
	"updates": `[` + update1 + `]`,
	"pin":     update1,
	"update":  updated1,
	"update all": `[{"server":"id","title":"","from":"","to":"","newest":true,"difference":` + difference1 + `,"change":"","freed_bytes":0,"earlier":"","trashed":[""],
		"error":{"?":"","code":"","message":"","hint":"","command":"","args":{},"needs":[{"kind":"","name":"","text":"","flag":""}],"detail":""}}]`,
	"verify":        verified1,
	"verify-failed": verified1,
	"doctor":        doctor1,
	"doctor-failed": doctor1,
	"test":          test1,
	"test-failed":   test1,
	"remove":        `{"removed":["id"],"apps":[""],"freed_bytes":0,"later_bytes":0,"change":"","runtimes":[""],"keys":["id"]}`,
	"disk":          `{"home":"","total":0,"free":0,"parts":[` + disk1 + `]}`,
	"clean":         `{"freed_bytes":0,"removed":[` + disk1 + `]}`,
	"apps": `[{"id":"","name":"","found":true,
		"files":[{"path":"","scope":"user|private|project","format":"","health":"ok|absent|empty|broken|unreadable","aside":"|old|profile|remote|other","sure":"A|B|C"}],
		"servers":[{"name":"","server":"","command":"","url":"","enabled":true,"file":"","scope":"user|private|project"}],"aside":[{"name":"","server":"","command":"","url":"","enabled":true,"file":"","scope":"user|private|project"}],"sure":"A|B|C"}]`,
	"repair":      `[` + repair1 + `]`,
	"repair file": repair1,
	"render":      `{"path":"","format":"json|json-comments|jsonc|toml|yaml","pointer":"","entry":{},"text":"","sure":"A|B|C"}`,
	"profiles":    `[{"id":"","name":"","active":true,"servers":["id"],"apps":[""],"folders":[""],"changed":"time"}]`,
	"profile": `{"id":"","name":"","active":true,"servers":["id"],"apps":[""],"folders":[""],"changed":"time",
		"contents":[{"server":"id","title":"","apps":[""],"off":[""],"answers":{},"keys":[""],"all_tools":true,"tools":[""],"known":0}],
		"room":[` + room1 + `],"warnings":[` + warning1 + `]}`,
	"profile-change": `{"profile":"","name":"","active":true,"change":"","files":[{"path":"","shown":"","diff":""}],"restart":[{"app":"","name":"","text":""}],
		"skipped":[""],"room":[` + room1 + `],"warnings":[` + warning1 + `]}`,
	"exported": `{"profile":"","file":{"toolbay":0,"name":"","servers":[{"name":"","package":{"type":"","identifier":"","version":""}}]},"left":[` + left1 + `]}`,
	"review": `{"name":"","servers":[{"name":"","server":"","title":"","kind":"","package":` + pack + `,"known":"","state":"here|install|problem","problem":"",
		"needs":[{"kind":"","name":"","text":"","flag":""}],"optional":[{"kind":"","name":"","text":"","flag":""}],"warnings":[""]}],"apps":[""],"missing":[""]}`,
	"imported": `{"profile":"","name":"","change":"","installed":[""],"here":[""],"left":[` + left1 + `],"missing":[""]}`,
	"change":   `{"change":"","files":[{"path":"","shown":"","diff":""}],"restart":[{"app":"","name":"","text":""}],"warnings":[` + warning1 + `]}`,
	"notices": `[{"id":"","code":"vanished|wiped|file_gone|edited|renamed|doubled|file_broken|file_replaced|app_skipped|change_left|copies_hold_key","app":"","app_name":"","name":"","server":"","names":[""],"servers":["id"],
		"file":"","seen":"time","title":"","text":"","action":"put-back|keep|repair|try-again|look|delete-copies","close":true}]`,
	"kept": `{"kept":""}`,
	"history": `[{"id":"","time":"time","kind":"","title":"","undoable":true,"why_not":"",
		"files":[{"path":"","before":"hash?","after":"hash?"}]}]`,
	"backups": `{"bytes":0,"files":[{"path":"","apps":[""],"bytes":0,"versions":[{"id":"","time":"time","kind":"","title":"",
		"by":"toolbay|other","absent":true,"bytes":0,"first":true,"stands":true,"deleted":true}]}]}`,
	"held": `{"copies":[{"path":"","version":"","change":""}],"deleted":0,"still":[""]}`,
	"keys": `[{"server":"id","title":"","profile":"","name":"","label":"","set":true,"link":"","where":"keychain|file","apps":[""]}]`,
	"key":  `{"server":"id","changed":0}`,
	"bundle": `{"verdict":"accept|accept-with-note|warn|confirm|reject","reasons":[` + reason1 + `],
		"signature":{"status":"unsigned|signed-trusted|signed-self|signed-untrusted|signed-invalid|malformed","publisher":"","fingerprint":"","signed":"time?"},
		"manifest":{"?":"","name":"","version":"","server":{"type":"","entry_point":""}}}`,
	"packed": `{"file":"","name":"","version":"","files":0,"ignored":0,"size":0,"sha256":"hash","verdict":"accept|accept-with-note|warn|confirm|reject",
		"reasons":[` + reason1 + `],"manifest":{"name":"","version":""}}`,
	"extensions": `[{"id":"","title":"","version":"","publisher":"","ref":"","enabled":true,"directory":true,"keys":[""],"server":"","problem":""}]`,
	"settings":   `{"home":"","version":"","keys":"keychain|file","notes":[""],"choices":[{"name":"","value":""}]}`,
}

const (
	room1    = `{"app":"","name":"","servers":0,"tools":0,"limit":0,"tokens":0,"unknown":["id"]}`
	warning1 = `{"code":"","app":"","server":"","text":""}`
	reason1  = `{"code":"","text":""}`
	pack     = `{"type":"","identifier":"","version":""}`
	listing  = `{"id":"","name":"","title":"","description":"","publisher":"","repository":"","sources":[""],"packages":[` + pack + `]}`
	card     = `{"id":"","name":"","title":"","description":"","publisher":"","repository":"","sources":[""],"packages":[` + pack + `],
		"records":[{"source":"","id":"","name":"","title":"","status":"","seen":"time","packages":[` + pack + `],"sources":[""],"tools":[{"name":""}]}],
		"origins":{},"facts":[{"code":"","state":"yes|no|unknown","origin":"","args":{}}]}`
	source1 = `{"source":"","enabled":true,"listings":0,"synced":"time?","error":"","kind":"built-in|private|file","name":"","badge":"","site":"",
		"needs_key":false,"key_set":false,"curated":false,"enriches":false,"unreadable":0,"allowed":true,"managed":false}`
	sync1   = `{"source":"","read":0,"kept":0,"older":0,"changes":false,"unreadable":[{"index":0,"reason":""}],"left_out":[{"index":0,"reason":""}]}`
	update1 = `{"server":"id","title":"","type":"","version":"","state":"current|newer|changed|withdrawn|unknown","newer":"","pinned":true,
		"checked":"time?","error":"","earlier":"","gone_back":true,"prepared":true,
		"alert":{"?":"","code":"","message":"","hint":""}}`
	updated1 = `{"server":"id","title":"","from":"","to":"","newest":true,"difference":` + difference1 + `,"change":"","freed_bytes":0,"earlier":"","trashed":[""]}`
	disk1    = `{"kind":"servers|earlier|prepared|runtimes|caches|trash|images|volumes|catalogue|backups|other","name":"","bytes":0,"used":true}`
	doctor1  = `{"healthy":true,"attention":0,"checks":[{"area":"apps|servers|runtimes|keys|sources|containers|launcher|changes","id":"","name":"","code":"",
		"state":"ok|advice|attention|unknown","file":"","where":"","title":"","detail":"","command":""}]}`
	left1       = `{"server":"","title":"","app":"","code":""}`
	place1      = `{"app":"","name":"","file":"","enabled":true,"project":""}`
	verified1   = `[{"server":"id","title":"","version":"","state":"ok|wrong|unknown","files":0,"findings":[{"code":"","path":"","text":""}],"hint":""}]`
	words1      = `{"name":"","title":"","description":"","takes":"","read_only":"yes?"}`
	difference1 = `{"from":"","to":"","tools_known":true,"added":[` + words1 + `],"removed":[` + words1 + `],
		"reworded":[{"name":"","before":` + words1 + `,"after":` + words1 + `}],
		"new_inputs":[{"name":"","label":"","required":true,"secret":true}],"gone_inputs":[""],
		"publisher":{"?":"","before":"","after":""},"signer":{"?":"","before":"","after":""},"command":{"?":"","before":[""],"after":[""]},
		"kept":[""],"left":[""],"risks":["publisher|signer|command|reworded"]}`
	test1 = `{"server":"id","ok":true,"protocol":"","tools":[""],"took_ms":0,"error":"","log":""}`
)

var (
	idText   = regexp.MustCompile(`^[a-z0-9-]{1,20}$`)
	hashText = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

func conformsText(want, s, where string) error {
	ok := true
	switch want {
	case "":
	case "id":
		ok = idText.MatchString(s)
	case "hash":
		ok = hashText.MatchString(s)
	case "time":
		_, err := time.Parse(time.RFC3339, s)
		ok = err == nil && strings.HasSuffix(s, "Z")
	default:
		ok = slices.Contains(strings.Split(want, "|"), s)
	}
	if !ok {
		return fmt.Errorf("%s is %q, want %s", where, s, want)
	}
	return nil
}

// repair1 is a file that was looked at. repaired is the whole text or null.
const repair1 = `{"app":"","path":"","parses_before":true,"problems":[{"code":"","severity":"error|warn|info","fix":"safe|confirm|never","server":"","where":"","title":"","detail":""}],
		"repaired":"?","parses_after":true,"notes":[""],"also_write":{}}`
