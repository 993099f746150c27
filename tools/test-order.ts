import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Plays of several minutes. Begun last, one of them would run alone at the end, beside an idle core. */
export const longest = [
  'test/demo/story.test.ts',
  'test/demo/demo.test.ts',
  'test/web/steady.test.ts',
  'test/web/pages.test.ts',
]

/** Tests that need a program of `test-programs.ts`, which is built while the others run. */
export const waiting = [
  'test/cli/render.test.ts',
  'test/render/corpus.test.ts',
  'test/render/helm.test.ts',
  'test/sops/decrypt.test.ts',
  'test/sops/delivered.test.ts',
  'test/forge/gitea.test.ts',
]

/** Runs the longest files first and those that wait for a program last; the others in vitest's own order between. */
export class TestOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.toSorted((one, other) => rank(one.moduleId) - rank(other.moduleId))
  }
}

/** Where a file belongs: the longest from -4 upwards, the waiting ones from 1 upwards, all others 0. */
function rank(path: string): number {
  const long = longest.findIndex((file) => path.endsWith(`/${file}`))
  if (long !== -1) return long - longest.length
  return waiting.findIndex((file) => path.endsWith(`/${file}`)) + 1
}
