/**
 * YAML and JSON as Kubernetes reads them, with places.
 *
 * Never throws and never constructs anything but JSON values; refuses what would be ambiguous (duplicate
 * keys), inexact (large whole numbers) or a bomb (aliases, depth, size). Key invariant: a document that is
 * accepted has the value that kubectl would give it.
 */
export { readYaml, type YamlDocument } from './read-yaml.ts'
