/**
 * Pictures of every screen on the fake backend, light and dark, large and
 * small, with axe run on each. For looking at, beside the drafts:
 *
 *   npm run dev &
 *   npm run shots -- [folder] [part of a name]
 *
 * LOOK takes one look only ("", "-dark", "-900x600", "-200"). axe runs in both
 * themes; AXE=all runs it on the small windows too, AXE=0 leaves it out.
 * CHROMIUM names the browser (default /usr/bin/chromium), WINDOW_URL the page.
 */
import { mkdirSync } from 'node:fs'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium } from 'playwright-core'
import { scenes } from './scenes.mjs'
import { fileScenes } from './scenes-files.mjs'
import { profileScenes } from './scenes-profiles.mjs'

const [folder = 'shots', only = ''] = process.argv.slice(2)
const base = process.env.WINDOW_URL ?? 'http://127.0.0.1:5173/'
mkdirSync(folder, { recursive: true })

const looks = [
  { name: '', theme: 'light', size: [1280, 832] },
  { name: '-dark', theme: 'dark', size: [1280, 832] },
  { name: '-900x600', theme: 'light', size: [900, 600], axe: false },
  { name: '-200', theme: 'light', size: [1280, 832], text: '200%', axe: false },
]

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
})
let faults = 0
for (const scene of [...scenes, ...profileScenes, ...fileScenes]) {
  if (only !== '' && !scene.name.startsWith(only)) continue
  const context = await browser.newContext({ viewport: { width: 1280, height: 832 }, reducedMotion: 'reduce' })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const noise = new Set()
  page.on('console', (m) => {
    if (['error', 'warning'].includes(m.type())) noise.add(m.text())
  })
  page.on('pageerror', (e) => noise.add(String(e)))
  try {
    await page.goto(`${base}?theme=light&${scene.query ?? ''}#${scene.path}`)
    if (scene.ready) await page.getByText(scene.ready).first().waitFor()
    await scene.act?.(page)
    for (const look of looks) {
      if (process.env.LOOK !== undefined && process.env.LOOK !== look.name) continue
      const name = `${scene.name}${look.name}`
      await page.setViewportSize({ width: look.size[0], height: look.size[1] })
      await page.evaluate((l) => {
        document.documentElement.classList.toggle('dark', l.theme === 'dark')
        document.documentElement.style.fontSize = l.text ?? ''
      }, look)
      await page.waitForTimeout(250)
      await page.screenshot({ path: `${folder}/${name}.png` })
      if (process.env.AXE === '0' || (look.axe === false && process.env.AXE !== 'all')) continue
      const { violations } = await new AxeBuilder({ page })
        // An open menu hangs on the page's end, by its nature outside of every part of it; arrow keys move in it.
        .disableRules(scene.menu ? ['region', 'scrollable-region-focusable'] : [])
        .analyze()
      for (const v of violations) {
        faults++
        const where = v.nodes.map((n) => `${n.target} ${n.failureSummary?.split('\n')[1] ?? ''}`)
        process.stdout.write(`${name}: ${v.id}: ${where.slice(0, 3).join(' | ')}\n`)
      }
    }
  } catch (e) {
    faults++
    process.stdout.write(`${scene.name}: ${String(e).split('\n').slice(0, 3).join(' ')}\n`)
    await page.screenshot({ path: `${folder}/${scene.name}-failed.png` })
  }
  for (const n of noise) process.stdout.write(`${scene.name}: console: ${n.slice(0, 300)}\n`)
  await context.close()
}
await browser.close()
process.stdout.write(`${faults} faults\n`)
process.exitCode = faults > 0 ? 1 : 0
