package catalog

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/model"
)

// complete fills in what a source does not say and the window needs: a
// category and what a person must have.
func complete(l model.Listing) model.Listing {
	if !slices.Contains(model.Categories, l.Category) {
		l.Category = categoryOf(l)
	}
	if l.Needs == model.NeedsUnknown {
		l.Needs = needsOf(l)
	}
	return l
}

// needsOf tells what the easiest package of a listing asks for. It would
// rather promise too little: a secret that is not marked as required counts
// as a key, because three in four publishers never mark anything; a remote
// server that declares no key nearly always wants a sign-in, which shows only
// when it is called.
func needsOf(l model.Listing) model.Needs {
	order := []model.Needs{model.NeedsNothing, model.NeedsFolder, model.NeedsDocker, model.NeedsSignIn, model.NeedsKey}
	best := len(order)
	for _, p := range l.Packages {
		best = min(best, slices.Index(order, needsOfPackage(p)))
	}
	if best == len(order) {
		return model.NeedsUnknown
	}
	return order[best]
}

func needsOfPackage(p model.Package) model.Needs {
	folder := false
	for _, in := range recipe.Inputs(p) {
		if in.Secret && in.Default == "" {
			return model.NeedsKey
		}
		folder = folder || in.Required && (in.Format == "folder" || in.Format == "filepath")
	}
	switch {
	case p.Type == "remote":
		return model.NeedsSignIn
	case p.Type == "oci":
		return model.NeedsDocker
	case folder:
		return model.NeedsFolder
	}
	return model.NeedsNothing
}

// topics are the words that put a listing into a category. A word in the name
// or title counts three times one in the description; the category with most
// wins, the earlier one when they are level. Rules this simple are right for
// most and wrong harmlessly; the starter catalogue is sorted by hand.
var topics = []struct{ category, words string }{
	{"calendar", "calendar calendars calendly event events meeting meetings todo todoist task tasks reminder reminders schedule scheduling asana trello clickup productivity ticktick notes notion evernote obsidian"},
	{"files", "file files filesystem folder folders directory document documents pdf drive dropbox onedrive excel spreadsheet spreadsheets docx word markdown storage"},
	{"databases", "database databases sql sqlite postgres postgresql mysql mariadb mongodb redis snowflake bigquery clickhouse duckdb motherduck supabase neo4j cassandra elasticsearch chroma qdrant pinecone weaviate milvus query queries schema warehouse dbt neon"},
	{"chat", "slack discord telegram whatsapp email emails gmail mail outlook sms message messages messaging chat teams twilio imap smtp phone calls"},
	{"money", "payment payments stripe paypal invoice invoices bank banking finance financial stock stocks trading crypto bitcoin ethereum blockchain wallet defi solana market markets accounting quickbooks xero tax price prices exchange token tokens ecommerce shopify shop commerce"},
	{"design", "figma design designs canva sketch ui ux css tailwind shadcn diagram diagrams mermaid excalidraw icon icons blender"},
	{"media", "image images photo photos video videos youtube audio music spotify podcast podcasts speech voice tts transcription transcript transcripts ffmpeg game games gaming unity movie movies anime"},
	{"science", "science scientific research paper papers arxiv pubmed biology medical medicine health healthcare clinical chemistry physics math mathematics academic genomics protein weather geospatial map maps climate scholar wolfram"},
	{"home", "home homeassistant hue smart lights iot printer 3d sensor sensors recipe recipes cooking travel flights hotel hotels"},
	{"cloud", "aws azure gcp cloud kubernetes k8s docker terraform cloudflare vercel netlify deploy deployment deployments infrastructure monitoring metrics logs prometheus grafana datadog sentry server servers container containers observability heroku digitalocean vm"},
	{"coding", "code coding git github gitlab bitbucket developer developers development programming repository repositories pull ci cd test tests testing debug debugging lint api apis openapi sdk ide typescript javascript python rust golang java npm package packages jira linear issue issues documentation docs codebase software security vulnerability vulnerabilities"},
	{"web", "web browser browsers browse search scrape scraping scraper crawl crawler crawling fetch playwright puppeteer selenium website websites url urls html http google brave bing duckduckgo news rss seo internet wikipedia reddit twitter linkedin social"},
	{"ai", "ai llm llms model models gpt openai anthropic claude gemini huggingface prompt prompts reasoning thinking memory memories rag embedding embeddings agent agents knowledge vector"},
}

// topicOf is made at first use: starting a server pays for what is made before.
var topicOf = sync.OnceValue(func() map[string]int {
	m := map[string]int{}
	for i, t := range topics {
		for w := range strings.FieldsSeq(t.words) {
			m[w] = i
		}
	}
	return m
})

func categoryOf(l model.Listing) string {
	score, topic := make([]int, len(topics)), topicOf()
	count := func(text string, weight int) {
		for w := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if i, ok := topic[w]; ok {
				score[i] += weight
			}
		}
	}
	name := l.Name
	if _, after, ok := strings.Cut(name, "/"); ok {
		name = after
	}
	// Every other name says "server" and every other text "agent".
	skip := strings.NewReplacer("mcp-server", "", "server-", "", "-server", "", "MCP Server", "", "MCP server", "", "AI agents", "", "AI assistants", "")
	count(skip.Replace(name), 3)
	count(skip.Replace(l.Title), 3)
	count(skip.Replace(l.Description), 1)
	best := 0
	for i, n := range score {
		if n > score[best] {
			best = i
		}
	}
	if score[best] == 0 {
		return "other"
	}
	return topics[best].category
}
