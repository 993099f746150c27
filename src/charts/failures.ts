import { Failure, type FailureOptions } from '../core/failure.ts'

/** Everything that can go wrong between us and a chart. */
export type ChartFailureCode =
  /** The address is malformed, holds a password, or its transport is not allowed. */
  | 'invalid-url'
  /** hub.yaml does not allow the host. */
  | 'host-not-allowed'
  /** The host is, or resolves to, an address that nobody may name: loopback, link-local, metadata. */
  | 'refused-address'
  /** No answer: name, network, proxy or server. */
  | 'unreachable'
  /** The answer took longer than it may. */
  | 'timeout'
  /** The server's certificate is not trusted. */
  | 'tls'
  /** Credentials are missing, wrong or without the right. */
  | 'denied'
  /** There is no such repository, or no such chart in it. */
  | 'not-found'
  /** The chart has no version that fits. */
  | 'no-version'
  /** More bytes, files, values or dependencies than the limit. */
  | 'too-large'
  /** An answer that no chart repository or registry gives. */
  | 'bad-answer'
  /** What came is not what was named: another digest, name or version. */
  | 'wrong-digest'
  /** The archive holds what is never unpacked: links, devices, names that climb. */
  | 'unsafe-archive'
  /** The archive is damaged, or holds no chart. */
  | 'bad-chart'
  /** A signature is asked for, and there is none. */
  | 'no-provenance'
  /** The signature is not one of the given keys, or stands for something else. */
  | 'bad-signature'
  /** The key to verify with is none. */
  | 'bad-key'
  /** The `gpgv` program cannot be started. */
  | 'no-gpgv'
  /** Chart.lock does not say what Chart.yaml asks for. */
  | 'lock-outdated'
  /** A dependency by `file://` is outside the tree, or not there. */
  | 'not-in-tree'
  /** Charts depend on each other in a circle. */
  | 'dependency-cycle'
  /** A form of repository that is not fetched: an alias of somebody's machine, a plug-in's transport. */
  | 'unsupported-repository'
  /** We were asked to stop. */
  | 'aborted'

export class ChartFailure extends Failure<ChartFailureCode> {}

/** The failure of one chart or repository: its message begins with what it is about. */
export function chartFailure(
  subject: string,
  code: ChartFailureCode,
  what: string,
  options: Omit<FailureOptions, 'subject'> = {},
): ChartFailure {
  return new ChartFailure(code, `${subject}: ${what}`, { ...options, subject })
}
