package moraine.launcher.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(name = "policy", description = "Acts on the placement policy: policy use NAME exchanges it.")
final class PolicyVerb extends Verb {
    @Spec
    CommandSpec spec;

    PolicyVerb(Workbench workbench, Console console) {
        super(workbench, console);
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "it lacks what to do, such as: policy use cdm");
    }
}
