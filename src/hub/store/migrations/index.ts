/**
 * The steps of the schema in their order. A new step is a new file with the next number; a step that was
 * released is never edited, because databases that went through it will not go through it again.
 *
 * Refuses to go backwards: there is no `down`. Key invariant: the numbers are 1, 2, 3 … without a gap.
 */
import { first } from './0001-first.ts'
import { rollouts } from './0002-rollouts.ts'
import { hooks } from './0003-hooks.ts'
import { facts } from './0004-facts.ts'
import { access } from './0005-access.ts'
import { search } from './0006-search.ts'
import { searchWords } from './0007-search-words.ts'
import { jobs } from './0008-jobs.ts'
import { recorded } from './0009-recorded.ts'
import { jobTargets } from './0010-job-targets.ts'
import { searchCounts } from './0011-search-counts.ts'
import type { Migration } from './migration.ts'

export type { DialectName, Migration } from './migration.ts'

export const migrations: readonly Migration[] = [
  first,
  rollouts,
  hooks,
  facts,
  access,
  search,
  searchWords,
  jobs,
  recorded,
  jobTargets,
  searchCounts,
]
