/**
 * Helm charts from HTTP repositories and OCI registries: fetched before a rendering, never by it.
 *
 * Asks allowed hosts only, at addresses that were checked, with credentials for the exact origin; unpacks nothing that is
 * a link or leads elsewhere; runs no plug-in, and gpgv as the only program. Key invariant: what is given out has the
 * digest that was named and, where a signature is asked for, a good one, or there is a failure.
 */
export type {
  ChartCredential,
  ChartLimits,
  ChartRequest,
  Charts,
  ChartSecret,
  DependencyRequest,
  FetchedChart,
  OpenChartsOptions,
  ResolvedDependencies,
  ResolvedDependency,
  VerifyOptions,
} from './contract.ts'
export type { ChartFailureCode } from './failures.ts'
export { openCharts } from './open-charts.ts'
