/// How the text of a request says what is to be run; a contract's binding names one.
package enum SpecFormat: String, Sendable, CaseIterable {
    /// One task of Bacalhau's v1 job model, as JSON (`TaskSpec`).
    case task = "v1"
    /// The `Spec` object of Bacalhau 0.3.29, as Lilypad v0's contracts carry it.
    case legacy = "lilypad-v0"
    /// The name of a module of the settings, with inputs: `name:version {"k":"v"}`.
    case module
}
