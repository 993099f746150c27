import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { version } from '../src/core/version.ts'
import { openApiDocument } from '../src/hub/http/index.ts'
import { breakingChanges } from './openapi/breaking-changes.ts'

/**
 * The committed OpenAPI document of the hub's API. `node tools/openapi.ts` writes it, and refuses what would break a client
 * of the one that is committed unless `--breaking` says that it is meant; a test compares.
 */
const file = fileURLToPath(new URL('../schemas/api/openapi.json', import.meta.url))

/** The document as the route table gives it now. */
export function currentDocument(): object {
  return JSON.parse(JSON.stringify(openApiDocument(version))) as object
}

/** The document that is committed. */
export function committedDocument(): object {
  return JSON.parse(readFileSync(file, 'utf8')) as object
}

if (import.meta.main) {
  const breaking = breakingChanges(committedDocument(), currentDocument())
  for (const change of breaking) console.error(`breaks clients: ${change}`)
  if (breaking.length > 0 && !process.argv.includes('--breaking')) {
    console.error('nothing was written; add --breaking where that is meant')
    process.exitCode = 1
  } else {
    writeFileSync(file, `${JSON.stringify(currentDocument(), null, 2)}\n`)
    const biome = fileURLToPath(new URL('../node_modules/.bin/biome', import.meta.url))
    spawnSync(biome, ['format', '--write', file], { stdio: 'inherit' })
  }
}
