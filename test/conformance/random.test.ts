import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomCase } from './cases/random.ts'
import { playOn } from './play-on.ts'
import { addresses, openSides } from './sides.ts'
import { verdictOn } from './verdict.ts'

/** More of them on request: `RANDOM_PLAYS=500 npx vitest run --project real test/conformance/random`. */
const numRuns = Number(process.env.RANDOM_PLAYS ?? 25)

test.for(addresses)(
  'whatever managers write, objects and owners are those of Kubernetes $version',
  async (address) => {
    const { real, simulated } = await openSides(address)
    // What fails is printed with its seed.
    await fc.assert(
      fc.asyncProperty(randomCase, async (one) => {
        expect(verdictOn(one, address.version, await playOn(one, real, simulated), [])).toBe(undefined)
      }),
      { numRuns },
    )
  },
)
