package store

import (
	"slices"
	"strings"
	"sync"
)

// filler are words of a question that say nothing about what is looked for, on
// top of noise.
var filler = wordSet(`what whats s is are how do does i me about please can could want need that this it from by at as
	be or not use using some any help der die das ein eine und oder für mit meine mein ist le la les de des un une mes mon et
	el los las una mi mis y en con`)

// lightly are verbs and other words that people put around what they look for.
var lightly = wordSet(`send read make create take get find show list turn write open run edit manage control view check look
	generate add give tell ask play watch draw do let set start keep put change update delete work works remember convert
	connect access local best good free simple easy new tool tools app apps thing things off between two into website site`)

func wordSet(text string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(text) {
		m[w] = true
	}
	return m
}

// query drops what tells nothing from the words of a query, unless nothing else
// is there.
func query(ws []string) []string {
	ws = telling(ws)
	kept := slices.DeleteFunc(slices.Clone(ws), func(w string) bool { return filler[w] })
	if len(kept) == 0 {
		return ws
	}
	return kept
}

// same are other ways to write the same thing, any of which finds all: ways are
// parted by a bar.
const same = `
postgres | postgresql | pg | psql
kubernetes | k8s | kubectl
mongodb | mongo
mssql | sql server | microsoft sql
email | mail | e mail
gcal | google calendar
gdrive | google drive
gdocs | google docs
gsheets | google sheets
gmaps | google maps
hass | home assistant
ms | microsoft
ms office | microsoft 365 | office 365 | microsoft office
o365 | office 365 | microsoft 365 | m365
ms teams | microsoft teams
gsuite | google workspace | g suite
vscode | visual studio code
yt | youtube
fb | facebook
ig | instagram
csharp | dotnet
todo | to do
vector database | vector db
web search | search web | internet search
js | javascript
ts | typescript
py | python
golang | go
tf | terraform
gh | github
hn | hacker news
es | elasticsearch
aws | amazon web services
gcp | google cloud
hf | hugging face | huggingface
db | database
repo | repository
docs | documentation
tts | text to speech | text speech
stt | speech to text | transcription
ocr | text recognition
timezone | time zone
powerpoint | pptx | slides
word document | docx | word files
filesystem | file system
screenshot | screen capture
wordpress | wp
nextjs | next js
nodejs | node js
`

// means are words that lead to something else than they say: what is typed on
// the left finds what is on the right too, not the other way round.
const means = `
spreadsheet | excel | google sheets | airtable
3d | blender | cad
vector database | qdrant | chroma | pinecone | milvus | weaviate
vector db | qdrant | chroma | pinecone | milvus | weaviate
presentation | powerpoint | slides | pptx
todo | tasks | todoist
to do | tasks | todoist
smart home | home assistant | home automation
home automation | home assistant
search engine | web search
twitter | tweet
mail | gmail | outlook | imap
email | gmail | outlook | imap
calendar | google calendar | gcal | caldav
outlook | microsoft 365
teams | microsoft teams
spreadsheets | excel | google sheets | airtable
lights | home assistant | hue | light
lamp | home assistant | hue
remember | memory
memories | memory
notes | obsidian | notion | note
diary | journal | notes
music | ableton | midi | spotify
song | music | spotify
recipes | recipe | cook | meal
cooking | recipe | meal
flights | flight | airfare
hotel | hotels | airbnb | booking
directions | google maps | mapbox | route | routing
route | maps | routing
navigation | maps | routing
weather | forecast
papers | arxiv | pubmed | paper
scientific | arxiv | pubmed | academic | scholar
research | arxiv | pubmed | scholar
stock | stocks | finance
bitcoin | btc | crypto
crypto | cryptocurrency | coin
money | finance | payments
accounting | quickbooks | xero | bookkeeping
invoices | invoice | billing
sms | text message | twilio
text message | sms | twilio | imessage
picture | image | photo
pictures | image | photo
photos | photo | image
movie | movies | tmdb | film
film | movie
chess | stockfish | lichess
diagram | mermaid | excalidraw | drawio
drawing | excalidraw | diagram
chart | charts | plot | graph
translate | translation | deepl | translator
web page | fetch | browser
website | web | browser
browser | playwright | puppeteer | chrome
internet | web
scrape | scraping | scraper | firecrawl | crawl
uptime | monitoring
meeting notes | granola | meeting | fireflies
crm | hubspot | salesforce
voice | speech | tts
documentation libraries | context7 | library docs | docs
library | context7
office | word | excel | powerpoint
issue tracker | jira | linear
tickets | jira | issues
confluence | atlassian
jira | atlassian
currency | exchange rates | forex
search | find
database | sql
wetter | weather
kalender | calendar
datei | file
dateien | files | file
ordner | folder
datenbank | database | sql
suche | search
suchen | search
übersetzen | translate | translation | deepl
übersetzung | translate | translation
bilder | images | image
bild | image
nachricht | message
nachrichten | news | messages
karte | map | maps
karten | maps
aufgaben | tasks | todo
notizen | notes
musik | music
lesen | read
schreiben | write
wetterbericht | weather
aktien | stocks
rechnung | invoice
rechnungen | invoices
tabelle | spreadsheet | excel
météo | weather
meteo | weather
calendrier | calendar
fichiers | files
fichier | file
recherche | search
traduire | translate
traduction | translate
courriel | email
images | image
carte | map
base données | database
clima | weather
tiempo | weather
calendario | calendar
archivos | files
archivo | file
correo | email | gmail | mail
correo electrónico | email | gmail | mail
buscar | search
traducir | translate
traducción | translate
imágenes | images
mapa | map
base datos | database
天气 | weather
日历 | calendar
文件 | files
数据库 | database
翻译 | translate
邮件 | email
搜索 | search
地图 | maps
图片 | image
股票 | stocks
浏览器 | browser
天気 | weather
カレンダー | calendar
メール | email
翻訳 | translate
検索 | search
날씨 | weather
번역 | translate
погода | weather
календарь | calendar
почта | email
`

// What another way to write a thing is worth, in percent of the way typed.
const (
	worthSame      = 90
	worthMeant     = 70
	worthCorrected = 75
)

// maxSpelled is how many words the longest entry of the lists above has, words
// in scripts without spaces counted by character.
const maxSpelled = 6

var otherWays = sync.OnceValue(func() map[string][]way {
	m := map[string][]way{}
	add := func(from []string, to []string, worth int) {
		k := strings.Join(from, " ")
		if !slices.ContainsFunc(m[k], func(w way) bool { return slices.Equal(w.words, to) }) {
			m[k] = append(m[k], way{to, worth})
		}
	}
	each := func(text string, pair func(ways [][]string)) {
		for line := range strings.Lines(text) {
			var ways [][]string
			for part := range strings.SplitSeq(line, "|") {
				if ws := words(part); len(ws) > 0 {
					ways = append(ways, ws)
				}
			}
			if len(ways) > 1 {
				pair(ways)
			}
		}
	}
	each(same, func(ways [][]string) {
		for _, from := range ways {
			for _, to := range ways {
				if !slices.Equal(from, to) {
					add(from, to, worthSame)
				}
			}
		}
	})
	each(means, func(ways [][]string) {
		for _, to := range ways[1:] {
			add(ways[0], to, worthMeant)
		}
	})
	return m
})

// spelled tells how many of the first words of ws are one thing with other ways
// to write it, and these.
func spelled(ws []string) (int, []way) {
	m := otherWays()
	for n := min(len(ws), maxSpelled); n > 0; n-- {
		if ways := m[strings.Join(ws[:n], " ")]; len(ways) > 0 {
			return n, ways
		}
	}
	return 1, nil
}
