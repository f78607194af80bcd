package rules

import (
	"reflect"
	"regexp"
	"sort"
	"strings"
	"testing"

	"toolbay/app"
	"toolbay/backend"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/text"
	"toolbay/backend/update"
)

// spoken are the Go types that cross to the window, by their names in
// frontend/src/backend/types.ts.
var spoken = map[string]any{
	"Words": text.Words{}, "Need": model.Need{}, "Tool": model.Tool{}, "Pack": backend.PackageRef{},
	"Listing": app.Listing{}, "SearchQuery": app.SearchQuery{}, "SearchPage": app.SearchPage{},
	"Way": app.Way{}, "ListingPage": app.ListingPage{}, "InputField": app.InputField{},
	"FileDiff": backend.FileDiff{}, "GoodCopy": backend.GoodCopy{}, "AppChoice": app.AppChoice{}, "InstallForm": app.InstallForm{},
	"InstallOffer": app.InstallOffer{}, "Risk": app.Risk{}, "Opening": app.Opening{}, "DiskView": app.DiskView{}, "DiskPart": app.DiskPart{}, "PasteItem": app.PasteItem{}, "PasteReview": app.PasteReview{}, "ExtensionView": app.ExtensionView{},
	"UpdateView": app.UpdateView{}, "UpdateRequest": app.UpdateRequest{}, "UpdateResult": backend.UpdateResult{},
	"Difference": update.Difference{}, "ToolWords": update.Words{}, "Reworded": update.Reworded{},
	"NewInput": update.NewInput{}, "TextPair": update.Pair{}, "LinesPair": update.Lines{},
	"InstallRequest": app.InstallRequest{},
	"InstallResult":  backend.InstallResult{}, "Progress": job.Progress{}, "JobView": app.JobView{},
	"ServerView": app.ServerView{}, "TestResult": app.TestResult{}, "RemoveResult": backend.RemoveResult{},
	"EntryView": app.EntryView{}, "FileView": app.FileView{}, "AppView": app.AppView{},
	"ChangeResult": backend.ChangeResult{}, "ChangeView": backend.ChangeView{}, "KeyView": backend.KeyView{},
	"SourceView": app.SourceView{}, "SettingsView": app.SettingsView{}, "FirstRun": app.FirstRun{},
	"FactView": app.FactView{}, "RecordView": app.RecordView{}, "OriginView": app.OriginView{},
	"RegistrySpec": app.RegistrySpec{}, "RegistryTest": app.RegistryTest{}, "CatalogueSize": app.CatalogueSize{},
	"ProfileView": backend.ProfileView{}, "ProfileContent": backend.ProfileContent{}, "AppRoom": backend.AppRoom{},
	"ProfileResult": backend.ProfileResult{}, "Exported": app.Exported{}, "Warning": backend.Warning{},
	"BackupList": backend.BackupList{}, "BackupFile": backend.BackupFile{}, "BackupVersion": backend.BackupVersion{},
	"Adoptable": app.Adoptable{}, "AdoptRequest": app.AdoptRequest{}, "AdoptPreview": app.AdoptPreview{}, "Adopted": app.Adopted{},
	"RepairProblem": app.RepairProblem{}, "RepairView": app.RepairView{}, "ParkedView": app.ParkedView{}, "RepairNote": backend.RepairNote{}, "DoctorCheck": backend.DoctorCheck{}, "DoctorView": app.DoctorView{}, "EntryProof": app.EntryProof{},
	"Copies": app.Copies{}, "GiveBackPreview": app.GiveBackPreview{},
	"OfferedServer": app.OfferedServer{}, "ProfileOffer": app.ProfileOffer{}, "ImportRequest": app.ImportRequest{}, "ImportedProfile": app.ImportedProfile{},
	"ProjectFile": app.ProjectFile{}, "ProjectView": app.ProjectView{},
	"ProfileSetting": app.ProfileSetting{}, "ProfileSetRequest": app.ProfileSetRequest{},
	"NoticeView": backend.NoticeView{}, "FoundServer": backend.FoundServer{}, "VerifyResult": app.VerifyResult{}, "Trashed": app.Trashed{},
}

var (
	tsType  = regexp.MustCompile(`export type (\w+) = \{`)
	tsField = regexp.MustCompile(`(?:^|[;{\n])\s*(\w+)\??:`)
	nested  = regexp.MustCompile(`\{[^{}]*\}`)
	comment = regexp.MustCompile(`(?s)/\*.*?\*/`)
)

// Every type that the window names has exactly the fields that Go sends.
func TestWindowTypesMatch(t *testing.T) {
	seen := map[string]bool{}
	source := comment.ReplaceAllString(read(t, "frontend/src/backend/types.ts"), "")
	for _, m := range tsType.FindAllStringSubmatchIndex(source, -1) {
		name, body := source[m[2]:m[3]], braced(source[m[1]:])
		seen[name] = true
		v, ok := spoken[name]
		if !ok {
			t.Errorf("types.ts has a type %s that Go does not know", name)
			continue
		}
		for nested.MatchString(body) {
			body = nested.ReplaceAllString(body, "object")
		}
		var ts []string
		for _, f := range tsField.FindAllStringSubmatch("\n"+body, -1) {
			ts = append(ts, f[1])
		}
		sort.Strings(ts)
		if got := fields(reflect.TypeOf(v)); !reflect.DeepEqual(got, ts) {
			t.Errorf("%s: Go sends %v, types.ts has %v", name, got, ts)
		}
	}
	for name := range spoken {
		if !seen[name] {
			t.Errorf("types.ts lacks %s", name)
		}
	}
}

// braced is what stands before the brace that closes an open one.
func braced(s string) string {
	depth := 1
	for i, r := range s {
		switch r {
		case '{':
			depth++
		case '}':
			depth--
		}
		if depth == 0 {
			return s[:i]
		}
	}
	return s
}

func fields(t reflect.Type) []string {
	var out []string
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "-" && f.IsExported() {
			out = append(out, name)
		}
	}
	sort.Strings(out)
	return out
}
