/**
 * Packed charts and the files in them that say what a chart is.
 *
 * Works on bytes in memory: nothing is ever written where an archive says. Refuses links, devices, names that climb,
 * and archives that unpack to more than the limit. Key invariant: every path that comes out stays below its chart.
 */
export { type ChartFile, type Dependency, isChartName, readChartFile } from './chart-file.ts'
export { readUntrustedYaml, type YamlCaps, YamlRefusal } from './read-untrusted-yaml.ts'
export { unpackChart } from './unpack-chart.ts'
