import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * The path of a file that is delivered with the program, or undefined where it is not there: in `dist` beside the
 * bundle or above its chunks, or, when the sources are run, in the `dist` of the checkout.
 */
export function findBeside(name: string): string | undefined {
  const places = import.meta.url.endsWith('.ts') ? [`../../dist/${name}`] : [`./${name}`, `../${name}`]
  return places
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((path) => existsSync(path))
}
