package analysis

// EngineVersion names the engine in every Report. Two reports of one version
// on the same bytes with the same options are equal, so results may be kept
// under (hash of the bytes, unit, EngineVersion, options). It changes with
// every release and with every change that makes a number come out different.
const EngineVersion = "0.1.0"
