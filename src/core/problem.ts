/**
 * Something wrong with a file that a person wrote. Problems are collected, never thrown: one bad file does
 * not hide what is wrong, or right, in the others.
 */
export interface Problem {
  /** The file, as a path inside its repository. */
  readonly file: string
  /** One-based. */
  readonly line: number
  /** One-based, where it is known. */
  readonly column?: number
  /** What the problem is about, as people name it: `Bundle checkout`, `Deployment shop/web`. */
  readonly subject: string
  readonly message: string
  /** What to do next, as one sentence in the imperative. */
  readonly hint?: string
  /** An error keeps the thing from being used; a warning does not. */
  readonly severity: 'error' | 'warning'
}

/** One line for people: `fleet/bundles/web.yaml:7:3: Bundle web: unknown field …`. */
export function formatProblem(problem: Problem): string {
  const column = problem.column === undefined ? '' : `:${problem.column}`
  const hint = problem.hint === undefined ? '' : ` (${problem.hint})`
  return `${problem.file}:${problem.line}${column}: ${problem.subject}: ${problem.message}${hint}`
}

/** True when one of `problems` is an error. */
export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error')
}
