import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { apiVersion, kindSchemas } from '../src/core/kinds/index.ts'

/**
 * The published JSON Schemas, one a kind and `fleet-file.json` for any of them, for editors. `node tools/schemas.ts`
 * writes them; `--check` compares and ends with 1 where one is not current.
 */
const folder = fileURLToPath(new URL('../schemas/', import.meta.url))

/** File name to schema, generated from the zod schemas that read the kinds. */
export function publishedSchemas(): ReadonlyMap<string, object> {
  const schemas = new Map<string, object>()
  const kinds = Object.entries(kindSchemas)
  for (const [kind, schema] of kinds) {
    const generated = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' })
    schemas.set(`${kind.toLowerCase()}.json`, { ...generated, title: `${kind} ${apiVersion}` })
  }
  const oneOf = kinds.map(([kind]) => ({ $ref: `${kind.toLowerCase()}.json` }))
  const any = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: `Any kind of ${apiVersion}`,
    oneOf,
  }
  schemas.set('fleet-file.json', any)
  return schemas
}

/** The names of published files that differ from what would be generated now, or are not there, or too many. */
export function staleSchemas(): string[] {
  const wanted = publishedSchemas()
  const present = readdirSync(folder).filter((name) => name.endsWith('.json'))
  const changed = [...wanted].filter(([name, schema]) => !present.includes(name) || !isCurrent(name, schema))
  return [...changed.map(([name]) => name), ...present.filter((name) => !wanted.has(name))]
}

/** Compares values, not texts: the formatter may lay a file out in its own way. */
function isCurrent(name: string, schema: object): boolean {
  const published: unknown = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  return isDeepStrictEqual(published, JSON.parse(JSON.stringify(schema)))
}

if (import.meta.main) {
  if (process.argv.includes('--check')) {
    const stale = staleSchemas()
    for (const name of stale) console.error(`schemas/${name} is not current: run node tools/schemas.ts`)
    process.exitCode = stale.length === 0 ? 0 : 1
  } else {
    mkdirSync(folder, { recursive: true })
    for (const [name, schema] of publishedSchemas()) {
      writeFileSync(join(folder, name), `${JSON.stringify(schema, null, 2)}\n`)
    }
    const biome = fileURLToPath(new URL('../node_modules/.bin/biome', import.meta.url))
    spawnSync(biome, ['format', '--write', folder], { stdio: 'inherit' })
  }
}
