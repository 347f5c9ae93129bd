package moraine.itest;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * Finds calls and method references to listed methods in a class file. It reads the constant pool, where both kinds of
 * use stand alike.
 */
record ForbiddenCalls(Set<String> calls) {

    ForbiddenCalls(List<String> lines) {
        this(Set.copyOf(lines));
    }

    /** The uses found, as CLASS -> CLASS.METHOD. */
    List<String> in(byte[] classFile) {
        ClassModel model = ClassFile.of().parse(classFile);
        String user = model.thisClass().asInternalName().replace('/', '.');
        return StreamSupport.stream(model.constantPool().spliterator(), false)
                .filter(MemberRefEntry.class::isInstance)
                .map(MemberRefEntry.class::cast)
                .filter(this::isForbidden)
                .map(member -> user + " -> " + name(member))
                .distinct()
                .toList();
    }

    private boolean isForbidden(MemberRefEntry member) {
        return calls.contains(name(member))
                || calls.contains(name(member) + member.type().stringValue())
                || calls.contains(owner(member) + ".*");
    }

    private static String name(MemberRefEntry member) {
        return owner(member) + "." + member.name().stringValue();
    }

    private static String owner(MemberRefEntry member) {
        return member.owner().asInternalName().replace('/', '.');
    }
}
