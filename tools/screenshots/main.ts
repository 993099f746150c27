import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openWindow, servePages, startBrowser } from '../../test/web/browser.ts'
import { pages } from '../../test/web/page-list.ts'
import { thousandClusters } from '../../test/web/thousand-clusters.ts'
import { buildWeb } from '../web.ts'

/**
 * Draws every page of the demo fleet, light and dark, at two widths: `node tools/screenshots/main.ts [folder] [page…]`. The
 * pictures of `docs` are some of these.
 */
const [folder = join('docs', 'pictures'), ...wanted] = process.argv.slice(2)
await buildWeb()
await mkdir(folder, { recursive: true })
const hub = await servePages(thousandClusters())
const browser = await startBrowser()
try {
  for (const scheme of ['light', 'dark'] as const) {
    for (const width of [1440, 1920]) {
      const { page, context, errors } = await openWindow(browser, hub, { width, height: 900, scheme })
      for (const [name, path, ready] of pages) {
        if (wanted.length > 0 && !wanted.includes(name)) continue
        await page.goto(hub.url + path)
        await page.waitForSelector(ready)
        await page.evaluate('document.fonts.ready')
        await page.waitForTimeout(400)
        const file = join(folder, `${name}-${width}-${scheme}.png`)
        await page.screenshot({ path: file, fullPage: true, animations: 'disabled' })
        console.log(file, errors.splice(0).join('; '))
      }
      await context.close()
    }
  }
} finally {
  await browser.close()
  await hub.close()
}
