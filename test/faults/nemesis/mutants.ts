import type { SourceChange } from './build-program.ts'

/** A wrong program: the oracle has to catch it, by this invariant, with one of these seeds. */
export interface Mutant {
  readonly invariant: number
  /** What is wrong in it, in words. */
  readonly what: string
  readonly changes: readonly SourceChange[]
  /** The seeds that are tried, in this order. */
  readonly seeds: readonly number[]
  /** Other invariants by which it counts as caught: the same wrong shows in more than one way. */
  readonly also?: readonly number[]
}

const converge = 'src/spoke/bundle/converge.ts'

/** One for each invariant that the oracle checks (design "safety" §8). */
export const mutants: readonly Mutant[] = [
  {
    invariant: 1,
    what: 'deletes without the uid as precondition',
    changes: [
      {
        file: 'src/spoke/bundle/prune.ts',
        text: '        uid,\n        ...(resourceVersion === undefined',
        becomes: '        ...(resourceVersion === undefined',
      },
    ],
    seeds: [1, 7],
  },
  {
    invariant: 2,
    what: 'takes a file that cannot be read for one that declares nothing',
    changes: [
      {
        file: 'src/render/render-plain-tree.ts',
        text: '  const plain = renderPlain(texts)\n',
        becomes:
          "  for (const [path, text] of texts) if ('problems' in renderPlain(new Map([[path, text]]))) texts.delete(path)\n  const plain = renderPlain(texts)\n",
      },
    ],
    seeds: [1, 7],
  },
  {
    invariant: 3,
    what: 'forgets how much may be deleted without approval',
    changes: [
      {
        file: 'src/core/inventory/prune-plan.ts',
        text: 'if (deletions.length > bound.maxObjects) {',
        becomes: 'if (false) {',
      },
    ],
    seeds: [1, 7],
  },
  {
    invariant: 4,
    what: 'heals by a dry-run, and says that it healed',
    changes: [
      {
        file: 'src/spoke/drift/heal-object.ts',
        text: '    // Where nothing stood, nothing can be in the way',
        becomes: '    dryRun: true,\n    // Where nothing stood, nothing can be in the way',
      },
    ],
    seeds: [0, 6],
  },
  {
    invariant: 5,
    what: 'takes what was applied by another commit for applied by this one',
    changes: [
      {
        file: converge,
        text: 'receipt.manifestHash !== wanted.content.hash || member?.bundle',
        becomes: 'member?.bundle',
      },
    ],
    seeds: [0, 6],
  },
  {
    invariant: 6,
    what: 'keeps the last state of a cluster that says nothing',
    changes: [
      {
        file: 'src/spoke/presence.ts',
        text: 'return this.#lastSeen === undefined || this.#clock',
        becomes: 'return this.#lastSeen === undefined && this.#clock',
      },
      {
        file: 'src/core/state/standing.ts',
        text: 'facts.silentFor === undefined || facts.silentFor > silenceLimit',
        becomes: 'facts.silentFor === undefined',
      },
      { file: 'src/spoke/watch/hearing.ts', text: 'deaf.silent = true', becomes: 'deaf.silent = false' },
    ],
    seeds: [4, 10],
  },
  {
    invariant: 7,
    what: 'accepts that another one has a later epoch',
    changes: [
      {
        file: 'src/spoke/apply-set/apply-set.ts',
        text: 'if (epoch <= this.#epoch) return',
        becomes: 'if (epoch !== -1) return',
      },
    ],
    seeds: [5, 11],
  },
  {
    invariant: 10,
    what: 'applies what stands as it was applied',
    changes: [
      {
        file: converge,
        text: 'receipt.manifestHash !== wanted.content.hash ||',
        becomes: "receipt.manifestHash !== '' ||",
      },
    ],
    seeds: [0, 6],
  },
  {
    invariant: 12,
    what: 'keeps the value of a Secret as evidence',
    changes: [
      {
        file: 'src/core/ledger/evidence.ts',
        text: 'if (options.secret) return',
        becomes: 'if (options.secret && text === "") return',
      },
    ],
    seeds: [0, 6],
  },
  {
    invariant: 15,
    what: 'lets the time into a rendering',
    changes: [
      {
        file: 'src/hub/fleet/render-bundle.ts',
        text: "let perCluster = random === 'cluster' && outcome.randomBytes > 0",
        becomes: 'let perCluster = true',
      },
      {
        file: 'src/hub/fleet/render-bundle.ts',
        text: 'variant: variantOf(objects, sha256),',
        becomes: 'variant: { ...variantOf(objects, sha256), hash: sha256(String(performance.now())) },',
      },
    ],
    seeds: [0, 6],
  },
  {
    invariant: 18,
    what: 'takes what was recorded before it was killed for applied',
    changes: [
      {
        file: converge,
        text: 'if (receipt === undefined) fresh.push(wanted)',
        becomes:
          'if (receipt === undefined) {\n if (!context.members.inventory(assignment.bundle).has(wanted.key)) fresh.push(wanted)\n }',
      },
    ],
    seeds: [21, 15],
  },
  {
    invariant: 19,
    what: 'goes on where it was after revisions went back',
    changes: [
      {
        file: 'src/kube/watch/watch-objects.ts',
        text: 'if (position !== undefined && isOlder(revision, position)) this.#beginEpoch()',
        becomes: '',
      },
    ],
    seeds: [2, 8],
    also: [4],
  },
  {
    invariant: 19,
    what: 'deletes what was not listed since the cluster was restored',
    changes: [
      {
        file: 'src/spoke/bundle/removal.ts',
        text: 'const outdated = await context.outdated(entries)',
        becomes: 'const outdated = (() => undefined as string | undefined)()',
      },
    ],
    seeds: [2, 8, 14, 20, 26, 32, 38, 44],
  },
  {
    invariant: 20,
    what: 'deletes although an apply failed',
    changes: [
      {
        file: converge,
        text: 'if (whole && ran && asked.removal !== undefined',
        becomes: 'if (ran && asked.removal !== undefined',
      },
    ],
    seeds: [1, 7],
  },
]
