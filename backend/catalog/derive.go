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
	// Ours are sorted by hand.
	if !strings.HasPrefix(l.ID, "starter/") || !slices.Contains(model.Categories, l.Category) {
		l.Category = categoryOf(l, l.Category)
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

// topics are the words that put a listing into a category. Rules this simple
// are right for most and wrong harmlessly; the starter catalogue is sorted by
// hand. Words that most servers use whatever they are about stand in faint.
var topics = []struct{ category, words, faint string }{
	{"calendar", "calendar calendly todo todoist reminder schedule scheduling scheduler appointment asana trello clickup ticktick planfix kanban productivity meeting standup timesheet toggl clockify wrike basecamp smartsheet notetaker fireflies granola fathom otter planner cozi",
		"event task project note notes time monday"},
	{"files", "filesystem folder directory pdf dropbox onedrive box excel spreadsheet docx word markdown pptx powerpoint drive sharepoint notion obsidian evernote onenote joplin flomo wiki confluence ocr csv xlsx libreoffice pandoc egnyte paperless zip",
		"file document storage note notes convert"},
	{"databases", "database sql sqlite postgres postgresql mysql mariadb mongodb redis snowflake bigquery clickhouse duckdb motherduck supabase neo4j cassandra elasticsearch chroma chromadb qdrant pinecone weaviate milvus warehouse dbt neon mssql oracle dynamodb couchbase cockroachdb influxdb timescale tigerdata airtable redshift databricks opensearch lancedb pgvector singlestore iceberg",
		"query schema table data"},
	{"chat", "slack discord telegram whatsapp email gmail mail outlook sms messaging teams twilio imap smtp phone zoom mattermost matrix signal imessage resend sendgrid mailgun mailchimp intercom zendesk voip texts",
		"message chat channel call contact"},
	{"money", "payment stripe paypal invoice invoicing bank banking finance financial stock trading crypto cryptocurrency bitcoin ethereum blockchain wallet defi solana accounting bookkeeping quickbooks xero tax ecommerce shopify shop commerce forex currency exchange mortgage loan insurance budget billing crm sales salesforce hubspot marketing ads advertising campaign revenue churn subscription usdc nft coingecko binance coinbase onchain economic economy portfolio investment investing investor shipping shipment logistics pricing amazon ebay fiverr seller procurement treasury etf dividend sec fintech erp customer lead b2b store order product web3 x402",
		"price market token company business"},
	{"design", "figma design canva sketch ui ux css tailwind shadcn diagram mermaid excalidraw icon blender 3d cad miro whiteboard font typography logo wireframe drawio framer webflow penpot storybook",
		"component color style"},
	{"media", "image photo video youtube audio music spotify podcast speech voice tts transcription transcript ffmpeg game gaming unity unreal godot movie anime song midi ableton reaper pokemon pokeapi minecraft steam chess sport sports football nba nfl f1 tiktok instagram twitch elevenlabs book museum art subtitle comfyui midjourney gif camera football soccer baseball cricket league",
		"play media content"},
	{"science", "science scientific research arxiv pubmed biology bioinformatics medical medicine health healthcare clinical clinicaltrials chemistry physics math mathematics academic genomics gene protein weather climate forecast noaa nasa usgs earthquake tsunami scholar scholarly citation wolfram statistics astronomy space satellite patient drug disease molecule neuroscience water environment ecology species census geology nih university patent calculator education learning course quantum",
		"paper study dataset open data global"},
	{"home", "home homeassistant hue smart lights iot printer sensor recipe cooking meal food nutrition restaurant travel flight hotel airbnb booking trip tourist tourism fitness workout exercise gym strava garmin family pet garden car vehicle ev tesla energy dating wedding horoscope astrology tarot estate rental apartment property transit train bus parking sleep wellness",
		"life daily place"},
	{"cloud", "aws azure gcp cloud kubernetes k8s docker terraform cloudflare vercel netlify deploy deployment infrastructure prometheus grafana datadog sentry container observability heroku digitalocean vm proxmox vmware linux ssh network networking dns incident pagerduty uptime helm ansible pulumi kubectl serverless lambda hosting devops cisco router firewall railway render fly hetzner newrelic splunk alert oncall argocd backup",
		"server monitoring metrics logs log node infra"},
	{"coding", "code codebase coding git github gitlab bitbucket developer development programming repository debug debugging lint linter openapi sdk ide typescript javascript python rust golang java dotnet npm package jira linear documentation software security cybersecurity vulnerability cve nvd terminal shell cli compiler refactoring refactor test testing ci cd pipeline build buildkite jenkins circleci launchdarkly xcode android ios vscode jetbrains nx react angular svelte nextjs django laravel regex assembly reflection devtool devtools dev ast semgrep sonarqube snyk graphql postman profiler iterm nuget maven gradle flutter threat malware pentest",
		"api issue docs pull library command project version run endpoint flag"},
	{"web", "browser browse search scrape scraping scraper crawl crawler fetch playwright puppeteer selenium website webpage html google brave bing duckduckgo news rss seo internet wikipedia wikimedia wikifeed reddit twitter linkedin tavily exa perplexity firecrawl serp map maps geocoding geocode mapbox openstreetmap geospatial location hackernews wordpress cms domain feed webflow wix brightdata oxylabs",
		"web url page http site online extract content"},
	{"ai", "llm huggingface gpt openai anthropic claude gemini reasoning memory rag embedding knowledge agentic thinking thought draft cognitive deepseek ollama langchain llamaindex mem0 dify langfuse opik prompt evaluation finetuning translate translation deepl localization pseudonym redaction mlflow comet orchestration brain recall semantic vector chatbot copilot",
		"ai model agent assistant context intelligence vector tool"},
}

// topicOf gives a word's topic and how much it says. It is made at first use:
// starting a server pays for what is made before.
var topicOf = sync.OnceValue(func() map[string][]told {
	m := map[string][]told{}
	for i, t := range topics {
		for w := range strings.FieldsSeq(t.words) {
			m[w] = append(m[w], told{i, strong})
		}
		for w := range strings.FieldsSeq(t.faint) {
			m[w] = append(m[w], told{i, weak})
		}
	}
	return m
})

type told struct{ topic, worth int }

const (
	strong     = 4
	weak       = 1
	inName     = 3 // times what a word in the description says
	hinted     = 8 // what the source's own category says
	saidLength = 600
)

// boast is said of nearly every server and tells nothing.
var boast = strings.NewReplacer("mcp server", " ", "mcp-server", " ", "server-", " ", "-server", " ", "model context protocol", " ",
	"ai agents", " ", "ai agent", " ", "ai assistants", " ", "ai assistant", " ", "ai-powered", " ", "ai powered", " ", "ai apps", " ", "ai tools", " ",
	"mcp clients", " ", "mcp client", " ", "claude desktop", " ", "claude code", " ", "real-time", " ", "natural language", " ", "like claude", " ", "with claude", " ",
	"no api key", " ", "api key", " ", "open source", " ", "open-source", " ", "smithery", " ", "ai-native", " ", "ai systems", " ", "ai models", " ", "large language models", " ", "llms", " ")

// categoryOf puts a listing into a category by its words, which count three
// times as much in name and title; the category with most wins, the earlier one
// when they are level. hint is what the source itself says, which counts like
// two words: every source sorts in another way.
func categoryOf(l model.Listing, hint string) string {
	score, topic := make([]int, len(topics)), topicOf()
	seen := map[string]bool{}
	count := func(text string, times int) {
		text = boast.Replace(strings.ToLower(text[:min(len(text), saidLength)]))
		for w := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			in, known := topic[w]
			if one, plural := strings.CutSuffix(w, "s"); !known && plural {
				if in, known = topic[one]; !known {
					if y, ok := strings.CutSuffix(one, "ie"); ok {
						in = topic[y+"y"]
					}
				}
			}
			if seen[w] {
				continue // said again says no more
			}
			seen[w] = len(in) > 0
			for _, t := range in {
				score[t.topic] += t.worth * times
			}
		}
	}
	name := l.Name
	if _, after, ok := strings.Cut(name, "/"); ok {
		name = after
	}
	count(l.Title, inName)
	count(name, inName)
	count(l.Description, 1)
	for _, t := range l.Tags {
		count(t, 1)
	}
	for i, t := range topics {
		if t.category == hint {
			score[i] += hinted
		}
	}
	best := 0
	for i, n := range score {
		if n > score[best] {
			best = i
		}
	}
	if score[best] < strong { // a faint word is not enough
		return "other"
	}
	return topics[best].category
}
